// Danger: what makes validation cheap makes it wrong: row groups passed over by their bounds though a NaN stands in them, values
// counted as bits that lie outside of them, sums that depend on the order of the rows or on the number of threads.
import fc from 'fast-check';
import { judgeExpectations, type Outcome } from '../../../activities/validate/judge-expectations';
import { Expectation } from '../../../steps/expectations';
import { z } from 'zod';
import { bench } from '../data/parquet';

const { work, write, writeRows } = bench();

async function judge(path: string, ...given: z.input<typeof Expectation>[]): Promise<Outcome[]> {
  return judgeExpectations(work, { path, expectations: z.array(Expectation).parse(given) });
}

test('what breaks one row group of several is found, NaN too', async () => {
  const path = await write(
    'groups.parquet',
    `SELECT CASE i WHEN 200000 THEN 'nan'::DOUBLE WHEN 7 THEN NULL ELSE i % 5 END AS x,
            CASE i WHEN 199999 THEN 'X-9' ELSE 'ABC' END AS t, i // 2 AS n FROM range(260000) r(i)`,
  );
  const outcomes = await judge(
    path,
    { kind: 'range', column: 'x', min: 0, max: 4 },
    { kind: 'finite', column: 'x' },
    { kind: 'not-null', column: 'x' },
    { kind: 'regex', column: 't', pattern: '^[A-Z]{3}$' },
    { kind: 'in-set', column: 't', values: ['ABC'] },
    { kind: 'unique', columns: ['n'] },
  );
  expect(outcomes.map(({ violations, rows }) => [violations, rows.map(({ row }) => row)])).toEqual([
    [1, [200_000]],
    [1, [200_000]],
    [2, [7, 200_000]],
    [1, [199_999]],
    [1, [199_999]],
    [130_000, [1, 3, 5, 7, 9]],
  ]);
});

const integers = fc.oneof(
  fc.array(fc.option(fc.integer({ min: -40, max: 40 })), { minLength: 1, maxLength: 30 }),
  fc.array(fc.option(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })), { minLength: 1, maxLength: 8 }),
);

test('repetitions and values of whole numbers are counted alike, close together or far apart', async () => {
  await fc.assert(
    fc.asyncProperty(integers, async (n) => {
      const path = await writeRows(
        'integers.parquet',
        { n: 'INTEGER' },
        n.map((value) => ({ n: value })),
      );
      const [unique, distinct] = await judge(
        path,
        { kind: 'unique', columns: ['n'] },
        { kind: 'distinct-count', column: 'n', min: 0 },
      );
      expect(unique?.violations).toBe(n.length - new Set(n).size);
      expect(distinct?.observed).toBe(new Set(n.filter((value) => value !== null)).size);
    }),
    { numRuns: 40 },
  );
});

test.each([
  [[1e16, 1, -1e16], 1 / 3, 1e16],
  [[5e-324, 5e-324], 5e-324, 0],
  [[0.1, 0.2, 0.3], 0.6 / 3, Math.sqrt(0.01)],
  [[1e308, 1e308], null, null],
])('the mean and the deviation of %j are not rounded on the way', async (values, mean, deviation) => {
  const path = await writeRows(
    'doubles.parquet',
    { x: 'DOUBLE' },
    values.map((x) => ({ x })),
  );
  const seen = await judge(path, { kind: 'mean', column: 'x', min: 0 }, { kind: 'std', column: 'x', min: 0 });
  const near = (value: number | null): unknown => (value === null ? null : expect.closeTo(value, 12));
  expect(seen.map(({ observed }) => observed)).toEqual([near(mean), deviation === 1e16 ? 1e16 : near(deviation)]);
});

test('the same rows in another order have the same mean and deviation to the bit', async () => {
  const rows = `SELECT (hash(i) % 1000003) / 7 + 1e9 AS x FROM range(200000) r(i)`;
  const outcomes: Outcome[][] = [];
  for (const order of ['i', 'hash(i + 1)', '-i']) {
    const path = await write('shuffled.parquet', `${rows} ORDER BY ${order}`);
    outcomes.push(await judge(path, { kind: 'mean', column: 'x', min: 0 }, { kind: 'std', column: 'x', min: 0 }));
  }
  const [first, ...others] = outcomes;
  expect(typeof first?.[0]?.observed).toBe('number');
  for (const other of others) expect(other).toEqual(first);
});
