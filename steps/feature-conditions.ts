import { z } from 'zod';
import { LARGEST_FLOAT32 } from './float32';

const name = z.string().min(1);
const float32 = z.number().min(-LARGEST_FLOAT32).max(LARGEST_FLOAT32);
const text = z.string().min(1);
const there = z.enum(['missing', 'present']);
const other = z.strictObject({ column: name });
const number = z.union([float32, other]);
/** An instant in epoch milliseconds UTC, or another column of instants. */
const instant = z.union([z.int(), other]);

/** A number column against numbers or other number columns, in float32. */
const NumberTest = z.strictObject({
  number: name,
  is: there.optional(),
  equals: number.optional(),
  oneOf: z.array(float32).min(1).max(1_000).optional(),
  below: number.optional(),
  atMost: number.optional(),
  above: number.optional(),
  atLeast: number.optional(),
});
/** A text column against texts or another text column, letter by letter, as they came in. */
const TextTest = z.strictObject({
  text: name,
  is: there.optional(),
  equals: z.union([text, other]).optional(),
  oneOf: z.array(text).min(1).max(1_000).optional(),
});
/** A column of instants against instants or other such columns, in whole milliseconds. */
const TimestampTest = z.strictObject({
  timestamp: name,
  is: there.optional(),
  equals: instant.optional(),
  oneOf: z.array(z.int()).min(1).max(1_000).optional(),
  below: instant.optional(),
  atMost: instant.optional(),
  above: instant.optional(),
  atLeast: instant.optional(),
});

type RawType = 'number' | 'text' | 'timestamp';

export type NumberTest = z.infer<typeof NumberTest>;
export type TextTest = z.infer<typeof TextTest>;
export type TimestampTest = z.infer<typeof TimestampTest>;
/** One raw column held against values or against another column; all that it names has to hold. */
export type ColumnTest = NumberTest | TextTest | TimestampTest;

/**
 * What has to hold of a row for a repair: tests of raw columns, each by its type, with `all`, `any` and `not`. A test
 * against a value that is missing on either side does not hold (so `not` of it does).
 *
 * @example
 * const sameAirport: Condition = { text: 'origin', equals: { column: 'destination' } };
 * const tooFast: Condition = { all: [{ number: 'speed', above: 700 }, { not: { text: 'kind', oneOf: ['jet'] } }] };
 */
export type Condition = ColumnTest | { all: Condition[] } | { any: Condition[] } | { not: Condition };

const several = (): z.ZodArray<z.ZodType<Condition, Condition>> =>
  z
    .array(z.lazy(() => Nested))
    .min(1)
    .max(50);

/** In the order of the words in {@link WORDS}. */
const Nested: z.ZodType<Condition, Condition> = z.union(
  [
    NumberTest,
    TextTest,
    TimestampTest,
    z.strictObject({ all: several() }),
    z.strictObject({ any: several() }),
    z.strictObject({ not: z.lazy((): z.ZodType<Condition, Condition> => Nested) }),
  ],
  { error: ({ input, errors }) => wrongForm(input, errors) },
);

const WORDS = ['number', 'text', 'timestamp', 'all', 'any', 'not'] as const;
type Word = (typeof WORDS)[number];

/** Nesting beyond this would make a graph that no one reads. */
const DEEPEST = 8;

/** Depth first: of what is nested without end nothing is parsed. */
export const Condition: z.ZodType<Condition, Condition> = z.pipe(
  z.transform<Condition, Condition>((given, context) => {
    if (isDeeper(given, DEEPEST)) {
      context.issues.push({ code: 'custom', input: given, message: `a condition is nested deeper than ${DEEPEST}` });
    }
    return given;
  }),
  Nested,
);

/** Looks no further down than that, whatever it is that was given. */
function isDeeper(given: unknown, levels: number): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const inner = Object.entries(given).flatMap(([word, value]: [string, unknown]): unknown[] => {
    if (word === 'not') return [value];
    return (word === 'all' || word === 'any') && Array.isArray(value) ? value : [];
  });
  return inner.length > 0 && (levels === 0 || inner.some((part) => isDeeper(part, levels - 1)));
}

type Issues = readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];

/**
 * What is wrong with what should be a condition: of the form that its own keys say, for a union says only that none fits.
 *
 * @param errors what each form of the union said of it, in their order: nothing is parsed anew, which would double with each level
 */
function wrongForm(input: unknown, errors: readonly Issues[]): string {
  const keys = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const said = (word: Word): Issues[number] | undefined => errors[WORDS.indexOf(word)]?.[0];
  const type = (['number', 'text', 'timestamp'] as const).find((key) => keys.includes(key));
  if (type === undefined) {
    const joined = (['all', 'any', 'not'] as const).find((key) => keys.includes(key));
    if (joined === undefined)
      return `a condition begins with one of 'number', 'text' and 'timestamp' (a column), 'all', 'any' and 'not'`;
    if (keys.length > 1) return `a condition with '${joined}' has nothing beside it, not ${keys.join(' and ')}`;
    return `in '${joined}': ${said(joined)?.message ?? 'that is no condition'}`;
  }
  const issue = said(type);
  return `a test of a ${type} column: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
}

/** A raw column with its type. */
export interface TypedColumn {
  readonly name: string;
  readonly type: RawType;
}

/** The column that a test is of. */
export function columnOfTest(test: ColumnTest): TypedColumn {
  if ('number' in test) return { name: test.number, type: 'number' };
  return 'text' in test ? { name: test.text, type: 'text' } : { name: test.timestamp, type: 'timestamp' };
}

/** What a test asks besides `is` and `oneOf`: comparisons by their operator. */
export function comparisonsOf(test: ColumnTest): [operator: Comparison, to: Operand][] {
  const all: Partial<Record<Comparison, Operand | undefined>> = test;
  return COMPARISONS.flatMap((operator): [Comparison, Operand][] => {
    const to = all[operator];
    return to === undefined ? [] : [[operator, to]];
  });
}

const COMPARISONS = ['equals', 'below', 'atMost', 'above', 'atLeast'] as const;
export type Comparison = (typeof COMPARISONS)[number];
/** What a column is compared with. */
export type Operand = number | string | { column: string };

/** The tests of a condition, in their order. */
export function testsOf(condition: Condition): readonly ColumnTest[] {
  if ('all' in condition) return condition.all.flatMap(testsOf);
  if ('any' in condition) return condition.any.flatMap(testsOf);
  return 'not' in condition ? testsOf(condition.not) : [condition];
}

/** The raw columns that a condition reads, in the order of first use. */
export function columnsOfCondition(condition: Condition): readonly TypedColumn[] {
  return testsOf(condition).flatMap((test) => {
    const own = columnOfTest(test);
    const others = comparisonsOf(test).flatMap(([, to]) => (typeof to === 'object' ? [to.column] : []));
    return [own, ...others.map((column) => ({ name: column, type: own.type }))];
  });
}

/** Tests beyond this would make a graph that no one reads, and that admission measures as slow. */
const MOST_TESTS = 100;

/** What is wrong with a condition, whatever the data; null when nothing is. */
export function wrongInCondition(condition: Condition): string | null {
  const tests = testsOf(condition);
  if (tests.length > MOST_TESTS) return `has a condition of ${tests.length} tests, more than ${MOST_TESTS}`;
  for (const test of tests) {
    const { name: column } = columnOfTest(test);
    const compared = comparisonsOf(test);
    if (test.is === undefined && test.oneOf === undefined && compared.length === 0)
      return `asks nothing of '${column}'`;
    if (test.is === 'missing' && (test.oneOf !== undefined || compared.length > 0))
      return `wants '${column}' to be missing and to compare: that never holds`;
    for (const [operator, to] of compared) {
      if (typeof to === 'object' && to.column === column) return `compares '${column}' with itself`;
      if (typeof to === 'string' && to.includes('\0'))
        return `has a text with a NUL, which no model can read (${operator})`;
    }
    if ('text' in test && test.oneOf?.some((value) => value.includes('\0'))) return 'has a text with a NUL';
  }
  return null;
}
