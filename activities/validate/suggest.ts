import { z } from 'zod';
import { ColumnType } from '../../steps/collect';
import { Expectation } from '../../steps/expectations';
import { ColumnProfile } from '../data/profile';

/** What a data set version's record says of its columns. */
export const DescribedDataset = z.object({
  rows: z.int(),
  schema: z.object({ columns: z.array(z.object({ name: z.string(), type: ColumnType.nullable() })) }),
  profile: z.record(z.string(), ColumnProfile),
});
export type DescribedDataset = z.infer<typeof DescribedDataset>;

type Draft = z.input<typeof Expectation>;

/** With fewer rows than this a figure says little: only what is there is proposed. */
const FEW = 100;
/** With more values than this a column is no list of categories; the profile counts no more than these. */
const LISTED = 20;

/**
 * Proposes what may be expected of data like this, from its profile: what held without an exception as `fail`, figures with
 * room around them as `warn`. A proposal to be read and changed: one data set cannot say which of its figures are laws.
 */
export function suggestExpectations({ rows, schema, profile }: DescribedDataset): Expectation[] {
  const drafts: Draft[] = [
    { kind: 'columns', names: schema.columns.map(({ name }) => name) },
    { kind: 'row-count', min: rounded(rows / 2, 'down'), severity: 'warn' },
  ];
  for (const { name, type } of schema.columns) {
    if (type !== null) drafts.push({ kind: 'type', column: name, is: type });
    const seen = profile[name];
    if (seen !== undefined && rows >= FEW) drafts.push(...aboutColumn(name, type, seen, rows));
  }
  return drafts.map((draft) => Expectation.parse(draft));
}

function aboutColumn(column: string, type: ColumnType | null, seen: ColumnProfile, rows: number): Draft[] {
  const there = rows - seen.nulls;
  const drafts: Draft[] = [missing(column, seen.nulls / rows)];
  if (there === 0) return drafts;
  const isKey = seen.distinct === rows && (type === 'integer' || type === 'text');
  // The figures of a key say nothing of the next data's.
  if (isKey) return [...drafts, { kind: 'unique', columns: [column] }];
  if (type === 'integer' || type === 'number') drafts.push(...aboutNumbers(column, seen));
  if (type === 'text') drafts.push(aboutTexts(column, seen));
  return drafts;
}

function missing(column: string, share: number): Draft {
  if (share === 0) return { kind: 'not-null', column };
  return { kind: 'not-null', column, maxShare: Math.min(1, rounded(share * 1.5 + 0.01, 'up')), severity: 'warn' };
}

/** A tenth of the span as room on either side; what was never negative stays so. Half the middle four fifths for the mean. */
function aboutNumbers(column: string, { min, max, mean, deciles }: ColumnProfile): Draft[] {
  if (typeof min !== 'number' || typeof max !== 'number') return [];
  const room = (max - min) / 10;
  const lowest = min >= 0 ? Math.max(0, min - room) : min - room;
  const drafts: Draft[] = [
    { kind: 'range', column, min: rounded(lowest, 'down'), max: rounded(max + room, 'up'), severity: 'warn' },
  ];
  const middle = ((deciles?.[9] ?? 0) - (deciles?.[1] ?? 0)) / 2;
  if (mean === null || middle === 0) return drafts;
  const [least, most] = [rounded(mean - middle, 'down'), rounded(mean + middle, 'up')];
  return [...drafts, { kind: 'mean', column, min: least, max: most, severity: 'warn' }];
}

function aboutTexts(column: string, { distinct, top }: ColumnProfile): Draft {
  if (distinct <= LISTED && top !== null && top.length === distinct) {
    return { kind: 'in-set', column, values: top.map(({ value }) => value).sort(), severity: 'warn' };
  }
  return { kind: 'distinct-count', column, min: rounded(distinct / 2, 'down'), max: distinct * 2, severity: 'warn' };
}

/** Two significant digits, away from what was seen. Integers where the unit allows. */
function rounded(value: number, towards: 'up' | 'down'): number {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const steps = towards === 'up' ? Math.ceil(value / unit) : Math.floor(value / unit);
  return Number((steps * unit).toPrecision(3));
}

/** The expectations as a TypeScript file of their own. */
export function suiteText(dataset: string, expectations: readonly Expectation[]): string {
  const lines = expectations.map(({ kind, severity, ...rest }) => `  ${literal({ kind, ...rest, severity })},`);
  return `import type { Expectation } from 'perennial-ml/steps';

/** Proposed from data set ${dataset.slice(0, 12)}: read each one, and keep what has to hold. */
export const expectations: Expectation[] = [
${lines.join('\n')}
];`;
}

function literal(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([name, of]) => `${name}: ${literal(of)}`);
  return `{ ${fields.join(', ')} }`;
}
