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

const TESTS = { number: NumberTest, text: TextTest, timestamp: TimestampTest } as const;
type RawType = keyof typeof TESTS;

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
    .array(z.lazy(() => Condition))
    .min(1)
    .max(50);

export const Condition: z.ZodType<Condition, Condition> = z.union(
  [
    NumberTest,
    TextTest,
    TimestampTest,
    z.strictObject({ all: several() }),
    z.strictObject({ any: several() }),
    z.strictObject({ not: z.lazy((): z.ZodType<Condition, Condition> => Condition) }),
  ],
  { error: ({ input }) => wrongForm(input) },
);

/** What is wrong with what should be a condition: of the form that its own keys say, for a union says only that none fits. */
function wrongForm(input: unknown): string {
  const keys = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const type = (['number', 'text', 'timestamp'] as const).find((key) => keys.includes(key));
  if (type === undefined) {
    const joined = Object.entries(input ?? {}).find(([key]) => key === 'all' || key === 'any' || key === 'not');
    if (joined !== undefined) return wrongInside(joined, keys);
    return "a condition begins with one of 'number', 'text' and 'timestamp' (a column), 'all', 'any' and 'not'";
  }
  const issue = TESTS[type].safeParse(input).error?.issues[0];
  return `a test of a ${type} column: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
}

function wrongInside([word, value]: [string, unknown], keys: readonly string[]): string {
  if (keys.length > 1) return `a condition with '${word}' has nothing beside it, not ${keys.join(' and ')}`;
  if (word !== 'not' && !Array.isArray(value)) return `'${word}' takes a list of conditions`;
  const inner: unknown[] = Array.isArray(value) ? value : [value];
  const wrong = inner.flatMap((part) => Condition.safeParse(part).error?.issues ?? []);
  return `in '${word}': ${wrong[0]?.message ?? 'that is no condition'}`;
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

/** Tests and nesting beyond this would make a graph that no one reads, and that admission measures as slow. */
const MOST_TESTS = 100;
const DEEPEST = 8;

/** What is wrong with a condition, whatever the data; null when nothing is. */
export function wrongInCondition(condition: Condition): string | null {
  if (depthOf(condition) > DEEPEST) return `has a condition nested deeper than ${DEEPEST}`;
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

function depthOf(condition: Condition): number {
  if ('all' in condition) return 1 + Math.max(...condition.all.map(depthOf));
  if ('any' in condition) return 1 + Math.max(...condition.any.map(depthOf));
  return 'not' in condition ? 1 + depthOf(condition.not) : 0;
}
