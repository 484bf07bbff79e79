/** A field of a cron: the least and the most that it may be, and names for numbers, the first for the least. */
interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const FIELDS: readonly (Field & { readonly what: string })[] = [
  { what: 'minute', least: 0, most: 59 },
  { what: 'hour', least: 0, most: 23 },
  { what: 'day of month', least: 1, most: 31 },
  { what: 'month', least: 1, most: 12, names: MONTHS },
  // 7 is Sunday, too.
  { what: 'day of week', least: 0, most: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** Days of the longest February, and of the others. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** The numbers that the five fields of a cron name, each once and in order. Sunday is 0. A day is named by all three of its fields. */
export interface CronTimes {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
}

/**
 * What the fields of a cron name.
 *
 * @param expression one that `cronFault` finds nothing wrong with
 * @example
 * cronTimes('0 2 * * mon,7').weekdays // [0, 1]
 */
export function cronTimes(expression: string): CronTimes {
  const texts = expression.split(' ');
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = FIELDS.map((field, i) =>
    inOrder(valuesOf(field, texts[i] ?? '')),
  );
  return { minutes, hours, days, months, weekdays: inOrder(weekdays.map((day) => day % 7)) };
}

/**
 * A cron that names the same times, the shortest way there is: two that tick alike read alike.
 *
 * @example
 * cronText(cronTimes('0,30 2-2 1-31 * 7')) // '0,30 2 * * 0'
 */
export function cronText({ minutes, hours, days, months, weekdays }: CronTimes): string {
  const most = [59, 23, 31, 12, 6];
  return [minutes, hours, days, months, weekdays]
    .map((values, i) => fieldText(values, FIELDS[i]?.least ?? 0, most[i] ?? 0))
    .join(' ');
}

function fieldText(values: readonly number[], least: number, most: number): string {
  const [first = NaN, second = NaN] = values;
  const by = second - first;
  const last = values.at(-1) ?? NaN;
  const isEven = values.every((value, i) => value === first + i * by);
  if (isEven && by === 1 && first === least && last === most) return '*';
  if (isEven && by > 1 && values.length > 2)
    return first === least && last + by > most ? `*/${by}` : `${first}-${last}/${by}`;
  return rangesOf(values)
    .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
    .join(',');
}

function rangesOf(values: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const value of values) {
    const range = ranges.at(-1);
    if (range?.[1] === value - 1) range[1] = value;
    else ranges.push([value, value]);
  }
  return ranges;
}

function inOrder(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/**
 * What is wrong with a cron of five fields: a number that its field has not, or no moment at all that it names.
 *
 * @returns in words; null: nothing
 * @example
 * cronFault(['0', '2', '30', 'feb', '*']) // 'it never comes: no such month has such a day'
 */
export function cronFault(fields: readonly string[]): string | null {
  if (fields.length === 6) return 'it has six fields, and nothing is scheduled by the second';
  if (fields.length !== 5) return `it has ${fields.length} fields`;
  const read = FIELDS.map((field, i) => ({
    ...field,
    text: fields[i] ?? '',
    values: valuesOf(field, fields[i] ?? ''),
  }));
  const wrong = read.find(({ values }) => values.length === 0);
  if (wrong) return `${JSON.stringify(wrong.text)} is no ${wrong.what}`;
  const [, , days = { values: [] }, months = { values: [] }] = read;
  const earliest = Math.min(...days.values);
  const comes = months.values.some((month) => earliest <= (LONGEST[month - 1] ?? 0));
  return comes ? null : 'it never comes: no such month has such a day';
}

/** The numbers that a field names; none when a part of it is malformed. */
function valuesOf(field: Field, text: string): number[] {
  const parts = text.split(',').map((part) => partOf(field, part.toLowerCase()));
  return parts.some((part) => part.length === 0) ? [] : parts.flat();
}

/** The numbers of one part: `*`, `5`, `mon-fri`, any of them with a step. */
function partOf(field: Field, part: string): number[] {
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  const [from = NaN, to = from, more] =
    range === '*' ? [field.least, field.most] : range.split('-').map((n) => numberOf(field, n));
  const by = step === undefined ? 1 : Number(step);
  // `5/10` goes on from 5 to the end.
  const end = step !== undefined && range !== '*' && !range.includes('-') ? field.most : to;
  if (more !== undefined || !(from >= field.least && end <= field.most && by >= 1)) return [];
  return Array.from({ length: Math.max(0, Math.floor((end - from) / by) + 1) }, (_, i) => from + i * by);
}

function numberOf({ least, names = [] }: Field, text: string): number {
  const named = names.indexOf(text);
  if (named >= 0) return named + least;
  return /^\d{1,2}$/.test(text) ? Number(text) : NaN;
}
