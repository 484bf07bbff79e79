// Danger: a kind of expectation that never breaks, or breaks at its very bound. Each has data that keeps it, data that breaks
// it, and data that stands at the bound.
import { join } from 'node:path';
import { withDuckdb } from '../../../activities/data/duckdb';
import { judgeExpectations, type Outcome } from '../../../activities/validate/judge-expectations';
import { Expectation } from '../../../steps/expectations';
import type { z } from 'zod';
import { bench, refused } from '../data/parquet';

const { work, write } = bench();

/** Rows of some columns as a query: `rows('a, b', '1, 2', '3, 4')`. */
function rows(columns: string, ...values: string[]): string {
  const names = columns.split(', ').map((name) => `"${name}"`);
  return `SELECT * FROM (VALUES ${values.map((row) => `(${row})`).join(', ')}) t(${names.join(', ')})`;
}

interface Case {
  readonly expectation: z.input<typeof Expectation>;
  readonly keeps: string;
  readonly breaks: string;
  readonly bound: string;
  /** Whether what stands at the bound keeps it. */
  readonly within: boolean;
  readonly other?: string;
}

const days = { from: '2001-01-01T00:00:00.000Z', to: '2001-01-03T00:00:00.000Z' };
const NUMBERS = rows('n', '1', '2', '3');
const DAYS = rows('at', "TIMESTAMP '2001-01-01 10:00'", "TIMESTAMP '2001-01-02 10:00'");
const PAIRS = rows('a, b', '1, 2', 'NULL, 1');
const TEXTS = rows('t', "'ab'", "'abc'");
const other = rows('id, name, at', "1, 'x', TIMESTAMP '2001-01-01'", "2, 'y', TIMESTAMP '2001-01-02'");
const label = { column: 'y', atLeast: 1 };
const twoClasses = (scores: string[]): string => rows('s, y', ...scores.map((s, i) => `${s}, ${i < 2 ? 0 : 1}`));

const CASES: Case[] = [
  {
    expectation: { kind: 'row-count', max: 3 },
    keeps: rows('n', '1'),
    breaks: rows('n', '1', '2', '3', '4'),
    bound: NUMBERS,
    within: true,
  },
  {
    expectation: { kind: 'columns', names: ['a', 'b'], exactly: true },
    keeps: PAIRS,
    breaks: rows('a', '1'),
    bound: rows('a, b, c', '1, 2, 3'),
    within: false,
  },
  {
    expectation: { kind: 'type', column: 'n', is: 'integer' },
    keeps: NUMBERS,
    breaks: rows('n', "'1'"),
    bound: rows('n', '1.0::DOUBLE'),
    within: false,
  },
  {
    expectation: { kind: 'unique', columns: ['a', 'b'] },
    keeps: rows('a, b', '1, 1', '1, 2'),
    breaks: rows('a, b', '1, 1', '1, 1'),
    bound: rows('a, b', '1, NULL', '1, NULL'),
    within: false,
  },
  {
    expectation: { kind: 'distinct-count', column: 'n', min: 2 },
    keeps: NUMBERS,
    breaks: rows('n', '1', '1'),
    bound: rows('n', '1', '2', '2', 'NULL'),
    within: true,
  },
  {
    expectation: { kind: 'distinct-share', column: 'n', minShare: 0.5 },
    keeps: NUMBERS,
    breaks: rows('n', '1', '1', '1'),
    bound: rows('n', '1', '1', 'NULL'),
    within: true,
  },
  {
    expectation: { kind: 'mean', column: 'n', max: 2 },
    keeps: rows('n', '1', '2'),
    breaks: rows('n', '2', '3'),
    bound: NUMBERS,
    within: true,
  },
  {
    expectation: { kind: 'std', column: 'n', max: 1 },
    keeps: rows('n', '1', '2'),
    breaks: rows('n', '1', '4'),
    bound: NUMBERS,
    within: true,
  },
  {
    expectation: { kind: 'sum', column: 'n', max: 6 },
    keeps: rows('n', '1'),
    breaks: rows('n', '6', '1'),
    bound: NUMBERS,
    within: true,
  },
  {
    expectation: { kind: 'quantile', column: 'n', q: 0.5, max: 2 },
    keeps: rows('n', '1', '2'),
    breaks: rows('n', '2', '3'),
    bound: NUMBERS,
    within: true,
  },
  {
    expectation: { kind: 'class-balance', column: 'n', atLeast: 2, maxShare: 0.5 },
    keeps: rows('n', '1', '1', '2'),
    breaks: NUMBERS,
    bound: rows('n', '1', '2', 'NULL'),
    within: true,
  },
  {
    expectation: { kind: 'category-share', column: 't', value: 'ab', maxShare: 0.5 },
    keeps: rows('t', "'x'"),
    breaks: rows('t', "'ab'"),
    bound: TEXTS,
    within: true,
  },
  {
    expectation: { kind: 'not-null', column: 'n', maxShare: 0.5 },
    keeps: NUMBERS,
    breaks: rows('n', 'NULL::INTEGER'),
    bound: rows('n', '1', 'NULL'),
    within: true,
  },
  {
    expectation: { kind: 'finite', column: 'x' },
    keeps: rows('x', '1.5::DOUBLE'),
    breaks: rows('x', "'inf'::DOUBLE"),
    bound: rows('x', 'NULL::DOUBLE', '1.7e308'),
    within: true,
  },
  {
    expectation: { kind: 'range', column: 'n', min: 1, max: 3 },
    keeps: rows('n', '2'),
    breaks: rows('n', '4'),
    bound: NUMBERS,
    within: true,
  },
  {
    expectation: { kind: 'time-range', column: 'at', ...days },
    keeps: DAYS,
    breaks: rows('at', "TIMESTAMP '2000-12-31'"),
    bound: rows('at', "TIMESTAMP '2001-01-03'"),
    within: false,
  },
  {
    expectation: { kind: 'in-set', column: 't', values: ['ab', 'abc'] },
    keeps: TEXTS,
    breaks: rows('t', "'x'"),
    bound: rows('t', "'AB'"),
    within: false,
  },
  {
    expectation: { kind: 'not-in-set', column: 't', values: ['x'] },
    keeps: TEXTS,
    breaks: rows('t', "'x'"),
    bound: rows('t', "'X'", 'NULL'),
    within: true,
  },
  {
    expectation: { kind: 'regex', column: 't', pattern: '^[a-c]{2,3}$' },
    keeps: TEXTS,
    breaks: rows('t', "'x'"),
    bound: rows('t', "'abc' || chr(10)"),
    within: false,
  },
  {
    expectation: { kind: 'not-regex', column: 't', pattern: '^N/A$' },
    keeps: TEXTS,
    breaks: rows('t', "'N/A'"),
    bound: rows('t', "' N/A'"),
    within: true,
  },
  {
    expectation: { kind: 'length', column: 't', max: 3 },
    keeps: rows('t', "'a'"),
    breaks: rows('t', "'abcd'"),
    bound: TEXTS,
    within: true,
  },
  {
    expectation: { kind: 'columns-differ', left: 'a', right: 'b' },
    keeps: PAIRS,
    breaks: rows('a, b', '1, 1'),
    bound: rows('a, b', 'NULL::INTEGER, NULL::INTEGER'),
    within: true,
  },
  {
    expectation: { kind: 'compare', left: 'a', is: '<', right: 'b' },
    keeps: PAIRS,
    breaks: rows('a, b', '2, 1'),
    bound: rows('a, b', '1, 1'),
    within: false,
  },
  {
    expectation: { kind: 'adds-up', columns: ['a', 'b'], total: 'c', tolerance: 1 },
    keeps: rows('a, b, c', '1, 2, 3'),
    breaks: rows('a, b, c', '1, 2, 5'),
    bound: rows('a, b, c', '1, 2, 4', '1, NULL, 9'),
    within: true,
  },
  {
    expectation: { kind: 'required-when', column: 'b', when: 'a', values: ['1'] },
    keeps: rows('a, b', '1, 1', '2, NULL'),
    breaks: rows('a, b', '1, NULL::INTEGER'),
    bound: rows('a, b', '1, 1::DOUBLE', "1, 'nan'::DOUBLE"),
    within: false,
  },
  {
    expectation: { kind: 'sql', name: 'a stays below b', holds: 'a < b' },
    keeps: PAIRS,
    breaks: rows('a, b', '2, 1'),
    bound: rows('a, b', '1, 1'),
    within: false,
  },
  {
    expectation: { kind: 'monotonic', column: 'n', strictly: true },
    keeps: NUMBERS,
    breaks: rows('n', '2', '1'),
    bound: rows('n', '1', 'NULL', '1'),
    within: false,
  },
  {
    expectation: { kind: 'fresh', column: 'at', asOf: '2001-01-03T10:00:00.000Z', within: '1d' },
    keeps: rows('at', "TIMESTAMP '2001-01-03'"),
    breaks: rows('at', "TIMESTAMP '2001-01-02 09:59:59.999'"),
    bound: DAYS,
    within: true,
  },
  {
    expectation: { kind: 'every-day', column: 'at', ...days },
    keeps: DAYS,
    breaks: rows('at', "TIMESTAMP '2001-01-02'"),
    bound: rows('at', "TIMESTAMP '2001-01-01'", "TIMESTAMP '2001-01-02 23:59:59.999999'"),
    within: true,
  },
  {
    expectation: { kind: 'row-count-change', reference: 'other', minRatio: 0.5, maxRatio: 1.5 },
    keeps: rows('n', '1', '2'),
    breaks: rows('n', '1', '2', '3', '4'),
    bound: NUMBERS,
    within: true,
    other,
  },
  {
    expectation: { kind: 'same-schema', reference: 'other', columns: ['id', 'name'] },
    keeps: rows('id, name, more', "1, 'x', 2"),
    breaks: rows('id', '1'),
    bound: rows('id, name', "1::BIGINT, 'x'"),
    within: false,
    other,
  },
  {
    expectation: { kind: 'foreign-key', columns: ['n'], reference: 'other', theirs: ['id'] },
    keeps: rows('n', '1', '2', '2'),
    breaks: NUMBERS,
    bound: rows('n', '1', 'NULL'),
    within: true,
    other,
  },
  {
    expectation: { kind: 'known-values', column: 'name', reference: 'other', maxShare: 0.5 },
    keeps: rows('name', "'x'"),
    breaks: rows('name', "'z'"),
    bound: rows('name', "'x'", "'z'", 'NULL'),
    within: true,
    other,
  },
  {
    expectation: { kind: 'no-overlap', reference: 'other', columns: ['id'] },
    keeps: rows('id', '3', '4'),
    breaks: rows('id', '3', '2'),
    bound: rows('id', '3', 'NULL'),
    within: true,
    other,
  },
  {
    expectation: { kind: 'later-than', column: 'at', reference: 'other' },
    keeps: rows('at', "TIMESTAMP '2001-01-02 00:00:00.001'"),
    breaks: rows('at', "TIMESTAMP '2001-01-01'"),
    bound: rows('at', "TIMESTAMP '2001-01-02'"),
    within: false,
    other,
  },
  {
    expectation: { kind: 'predicts-label', column: 's', label, maxAuc: 0.75 },
    keeps: twoClasses(['1', '4', '2', '3']),
    breaks: twoClasses(['1', '2', '3', '4']),
    bound: twoClasses(['1', '3', '2', '4']),
    within: true,
  },
];

let files = 0;
/** Writes the rows of queries to files of their own. */
async function writeAll(queries: readonly string[]): Promise<string[]> {
  const paths = queries.map(() => join(work.scratch, `rows-${++files}.parquet`));
  await withDuckdb({ ...work, reads: [] }, async (duck) => {
    for (const [i, path] of paths.entries()) await duck.writeParquet(queries[i] ?? '', path);
  });
  return paths;
}

/** Judges each of the data sets, and a second one beside them where the expectation compares. */
async function judge(one: Pick<Case, 'expectation' | 'other'>, ...data: string[]): Promise<Outcome[]> {
  const [reference, ...paths] = await writeAll([one.other ?? rows('n', '1'), ...data]);
  const against = one.other === undefined || reference === undefined ? {} : { other: reference };
  const expectations = [Expectation.parse(one.expectation)];
  const outcomes: Outcome[] = [];
  for (const path of paths) outcomes.push(...(await judgeExpectations(work, { path, expectations, against })));
  return outcomes;
}

test('there is a case for each kind', () => {
  const kinds = Expectation.options.map((option) => [...option.shape.kind.values][0]);
  expect(CASES.map(({ expectation }) => expectation.kind).sort()).toEqual(kinds.sort());
  expect(kinds.length).toBeGreaterThanOrEqual(25);
});

test.each(CASES.map((one) => [one.expectation.kind, one] as const))('%s', async (_kind, one) => {
  const outcomes = await judge(one, one.keeps, one.breaks, one.bound);
  expect(outcomes.map(({ passed }) => passed)).toEqual([true, false, one.within]);
  // What is about rows names as many of them as break it, where it is broken.
  for (const { passed, violations, rows: shown } of outcomes) {
    expect(shown).toHaveLength(passed ? 0 : (violations ?? 0));
  }
});

test('a row that breaks an expectation is shown by its number in the file and its values', async () => {
  const path = await write('shown.parquet', rows('n, t', "1, 'one'", "5, 'five'", "2, 'two'", "7, 'seven'"));
  const expectations = [Expectation.parse({ kind: 'range', column: 'n', max: 4 })];
  expect(await judgeExpectations(work, { path, expectations })).toMatchObject([
    {
      violations: 2,
      rows: [
        { row: 1, values: '{"n":5,"t":"five"}' },
        { row: 3, values: '{"n":7,"t":"seven"}' },
      ],
    },
  ]);
});

test('a text leaks the label when it tells of rows that its rate was not taken from', async () => {
  const leak = rows(
    's, y',
    ...Array.from({ length: 40 }, (_, i) => `'${i % 4 < 2 ? 'a' : 'b'}', ${i % 4 < 2 ? 0 : 1}`),
  );
  const noise = rows('s, y', ...Array.from({ length: 40 }, (_, i) => `'key-${i}', ${i % 4 < 2 ? 0 : 1}`));
  const expectation = { kind: 'predicts-label', column: 's', label, maxAuc: 0.9 } as const;
  // A key has seen each label once: on its own rows it would look like the label itself.
  expect(await judge({ expectation }, leak, noise)).toMatchObject([
    { passed: false, observed: 1 },
    { passed: true, observed: 0.5 },
  ]);
});

test('figures are the same on two threads, three and eight', async () => {
  const path = await write('many.parquet', 'SELECT sin(i) * 1e6 AS x, i % 7 AS y FROM range(300000) t(i)');
  const expectations = [
    Expectation.parse({ kind: 'mean', column: 'x' }),
    Expectation.parse({ kind: 'std', column: 'x' }),
    Expectation.parse({ kind: 'sum', column: 'x' }),
    Expectation.parse({ kind: 'quantile', column: 'x', q: 0.999 }),
    Expectation.parse({ kind: 'predicts-label', column: 'x', label: { column: 'y', atLeast: 3 }, maxAuc: 1 }),
  ];
  const at = (threads: number) => judgeExpectations({ ...work, threads }, { path, expectations });
  const two = await at(2);
  for (const threads of [3, 8, 8]) expect(await at(threads)).toEqual(two);
  expect(two.every(({ observed }) => typeof observed === 'number')).toBe(true);
});

test('what cannot be judged is refused by name', async () => {
  const path = await write('refused.parquet', rows('n, t', "1, 'x'"));
  const judged = (expectation: z.input<typeof Expectation>, against: Record<string, string> = {}) =>
    judgeExpectations(work, { path, expectations: [Expectation.parse(expectation)], against });
  await refused(judged({ kind: 'no-overlap', reference: 'train' }), 'PER_DATA_060', "'train'");
  const elsewhere = await write('elsewhere.parquet', rows('n', "'1'"));
  await refused(
    judged({ kind: 'foreign-key', columns: ['n'], reference: 'e' }, { e: elsewhere }),
    'PER_DATA_012',
    "'n'",
  );
  const sql = (holds: string) => judged({ kind: 'sql', name: 'as written', holds });
  await refused(sql('n <'), 'PER_DATA_061', 'n <');
  await refused(sql('gone > 1'), 'PER_DATA_061', 'gone');
  await refused(sql('n > 1); DROP TABLE x; SELECT (1'), 'PER_DATA_061', 'DROP');
  await refused(sql('n > 1), (2'), 'PER_DATA_061', 'more than one');
  await refused(sql('1) FROM range(9) t(n'), 'PER_DATA_061');
  await expect(sql("t = 'x' AND n BETWEEN 0 AND 1")).resolves.toMatchObject([{ passed: true }]);
});
