import { z } from 'zod';
import { Condition, columnsOfCondition, type TypedColumn, wrongInCondition } from './feature-conditions';
import { LARGEST_FLOAT32 } from './float32';

/** How raw spellings of a category are brought together before the vocabulary is fitted. Applied in this order. */
export const Normalise = z.enum(['trim', 'nfc', 'lower', 'upper']);
export type Normalise = z.infer<typeof Normalise>;

const NORMALISERS: Readonly<Record<Normalise, (text: string) => string>> = {
  trim: (text) => text.trim(),
  nfc: (text) => text.normalize('NFC'),
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
};

/**
 * Brings one raw spelling to its canonical value; '' when nothing is left of it.
 *
 * @example
 * normalise(' Lax ', ['trim', 'upper']); // 'LAX'
 */
export function normalise(text: string, rules: readonly Normalise[]): string {
  return rules.reduce((t, rule) => NORMALISERS[rule](t), text);
}

const float32 = z.number().min(-LARGEST_FLOAT32).max(LARGEST_FLOAT32);
const bound = z.union([float32, z.object({ quantile: z.number().min(0).max(1) })]);

/**
 * Bounds that a number is pulled back to: two numbers, or `min` and `max`, each a number or a quantile of the training
 * rows. A quantile is the value that stands at its place there, exactly.
 *
 * @example
 * const clip: Clip = { min: 0, max: { quantile: 0.99 } };
 */
export const Clip = z.union([
  z.tuple([z.number(), z.number()]),
  z.object({ min: bound.optional(), max: bound.optional() }),
]);
export type Clip = z.infer<typeof Clip>;

/**
 * What stands in for a missing number: the mean, median or mode of the training rows (those that are there, after
 * clipping; a shared mode is the smallest), or a value.
 */
export const ImputeNumber = z.union([z.enum(['mean', 'median', 'mode']), z.object({ value: float32 })]);
/** What stands in for a missing text: the most frequent value of the training rows, or a value. */
export const ImputeText = z.union([z.literal('mode'), z.object({ value: z.string().min(1) })]);

/** Another number column that stands in where this one is missing, as it is or as `times * it + plus` in float32. */
export const StandIn = z.union([
  z.string().min(1),
  z.object({ column: z.string().min(1), times: float32.optional(), plus: float32.optional() }),
]);
export type StandIn = z.infer<typeof StandIn>;

/** One stand-in, or several: the first that has a value is taken. */
export const StandIns = z.union([StandIn, z.array(StandIn).min(1).max(20)]);
/** One text column or column of instants that stands in, or several: the first that has a value is taken. */
export const Others = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(20)]);

/** Stand-ins as a list, in the order in which they are tried. */
export function standInsOf(otherwise: z.infer<typeof StandIns> | undefined): readonly Exclude<StandIn, string>[] {
  if (otherwise === undefined) return [];
  return [otherwise].flat().map((one) => (typeof one === 'string' ? { column: one } : one));
}

const column = z.string().min(1);

/**
 * What a number is in the rows where a condition holds: no value, a value, or another number column, as it is or as
 * `times * it + plus`.
 */
export const NumberRepair = z.strictObject({
  where: Condition,
  to: z.union([
    z.null(),
    z.strictObject({ value: float32 }),
    z.strictObject({ column, times: float32.optional(), plus: float32.optional() }),
  ]),
});
export type NumberRepair = z.infer<typeof NumberRepair>;
/** What a text is in the rows where a condition holds: no value, a raw spelling, or another text column. */
export const TextRepair = z.strictObject({
  where: Condition,
  to: z.union([z.null(), z.strictObject({ value: z.string().min(1) }), z.strictObject({ column })]),
});
export type TextRepair = z.infer<typeof TextRepair>;
/** What an instant is in the rows where a condition holds: no value, epoch milliseconds, or another such column. */
export const TimestampRepair = z.strictObject({
  where: Condition,
  to: z.union([z.null(), z.strictObject({ value: z.int() }), z.strictObject({ column })]),
});
export type TimestampRepair = z.infer<typeof TimestampRepair>;

/** Most cases of one feature. */
export const MOST_REPAIRS = 50;
type Repair = NumberRepair | TextRepair | TimestampRepair;

/** The columns that repairs read, `type` being that of the column they repair. */
export function columnsOfRepairs(
  repairs: readonly Repair[] | undefined,
  type: TypedColumn['type'],
): readonly TypedColumn[] {
  return (repairs ?? []).flatMap(({ where, to }) => {
    const read = columnsOfCondition(where);
    return to !== null && 'column' in to ? [...read, { name: to.column, type }] : read;
  });
}

/** What is wrong with the repairs of a feature, whatever the data; null when nothing is. */
export function wrongInRepairs(own: string, repairs: readonly Repair[] = []): string | null {
  for (const [i, { where, to }] of repairs.entries()) {
    const wrong = wrongInCondition(where);
    if (wrong !== null) return `${wrong} (case ${i + 1} of its repairs)`;
    if (to === null) continue;
    const isMoved = 'times' in to || 'plus' in to;
    if ('column' in to && to.column === own && !isMoved) return `repairs '${own}' to itself`;
    if ('value' in to && typeof to.value === 'string' && to.value.includes('\0'))
      return 'repairs to a text with a NUL, which no model can read';
  }
  return null;
}

interface NumberRules {
  readonly clip?: Clip | undefined;
  readonly impute?: z.infer<typeof ImputeNumber> | undefined;
  readonly missing?: readonly number[] | undefined;
  readonly repair?: readonly NumberRepair[] | undefined;
}

/** What is wrong with the rules of a number feature, whatever the data; null when nothing is. */
export function wrongInNumber({ clip, impute, missing, repair = [] }: NumberRules): string | null {
  const [min, max] = Array.isArray(clip) ? clip : [clip?.min, clip?.max];
  if (clip !== undefined && min === undefined && max === undefined) return 'clips to neither a min nor a max';
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    return `clips to at least ${min}, at most ${max}`;
  if (typeof min === 'object' && typeof max === 'object' && min.quantile > max.quantile) {
    return `clips to at least the quantile ${min.quantile}, at most the quantile ${max.quantile}`;
  }
  for (const { to } of repair) {
    if (to !== null && 'value' in to && missing?.includes(to.value))
      return `repairs to ${to.value}, which counts as missing: say null`;
  }
  if (typeof impute !== 'object') return null;
  const { value } = impute;
  if (missing?.includes(value)) return `imputes ${value}, which counts as missing`;
  const isBeyond = (typeof min === 'number' && value < min) || (typeof max === 'number' && value > max);
  return isBeyond ? `imputes ${value}, which is beyond its own clip` : null;
}

interface TextRules {
  readonly normalise: readonly Normalise[];
  readonly map?: Readonly<Record<string, string | null>> | undefined;
  readonly impute?: z.infer<typeof ImputeText> | undefined;
}

/** What is wrong with the rules of a category, whatever the data; null when nothing is. */
export function wrongInCategory(rules: TextRules): string | null {
  const targets = new Map<string, string | null>();
  for (const [key, target] of Object.entries(rules.map ?? {})) {
    const from = normalise(key, rules.normalise);
    const to = target === null ? null : normalise(target, rules.normalise);
    if (from === '') return `maps '${key}', of which normalising leaves nothing`;
    if (to === '') return `maps '${key}' to a blank: say null`;
    if (targets.has(from) && targets.get(from) !== to) return `maps '${from}' to two values`;
    targets.set(from, to);
  }
  for (const [from, to] of targets) {
    const onwards = to === null ? undefined : targets.get(to);
    if (onwards !== undefined && onwards !== to) return `maps '${from}' to '${to}', which is mapped itself`;
  }
  if (typeof rules.impute !== 'object') return null;
  const value = normalise(rules.impute.value, rules.normalise);
  if (value === '') return 'imputes a blank';
  const to = targets.get(value);
  return to === undefined || to === value ? null : `imputes '${value}', which is mapped itself`;
}

/** The canonical value of a raw spelling: normalised, then mapped; '' when it is missing. */
export function canonicalOf(rules: TextRules): (spelling: string) => string {
  const steps = rules.normalise;
  const map = new Map(
    Object.entries(rules.map ?? {}).map(([from, to]) => [normalise(from, steps), normalise(to ?? '', steps)]),
  );
  return (spelling) => {
    const value = normalise(spelling, steps);
    return map.get(value) ?? value;
  };
}
