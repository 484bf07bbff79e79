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

/** The ends of every type of whole numbers that a Parquet file has: DuckDB writes larger ones as doubles. */
const TYPES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  TINYINT: [-128n, 127n],
  UTINYINT: [0n, 255n],
  SMALLINT: [-32_768n, 32_767n],
  USMALLINT: [0n, 65_535n],
  INTEGER: [-(2n ** 31n), 2n ** 31n - 1n],
  UINTEGER: [0n, 2n ** 32n - 1n],
  BIGINT: [-(2n ** 63n), 2n ** 63n - 1n],
  UBIGINT: [0n, 2n ** 64n - 1n],
};

const integers = fc
  .record({
    typed: fc.constantFrom(...Object.entries(TYPES)),
    repeats: fc.integer({ min: 1, max: 20 }),
    /** How far from its lower end, or from its upper one. */
    places: fc.array(fc.option(fc.oneof(fc.nat(40), fc.integer({ min: -40, max: -1 }), fc.nat(250))), {
      minLength: 1,
      maxLength: 30,
    }),
  })
  .map(({ typed: [type, [least, greatest]], repeats, places }) => {
    const at = (place: number): string => String(place < 0 ? greatest + BigInt(place) + 1n : least + BigInt(place));
    const values = places.map((place) => (place === null ? null : at(place)));
    return { type, n: Array.from({ length: repeats }, () => values).flat() };
  });

test('repetitions and values of whole numbers of any type are counted alike, close together or far apart', async () => {
  await fc.assert(
    fc.asyncProperty(integers, async ({ type, n }) => {
      const path = await writeRows(
        'integers.parquet',
        { n: type },
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
    { numRuns: 30 },
  );
});

test('all values of a type, from end to end, are counted', async () => {
  for (const [type, least] of [
    ['TINYINT', -128],
    ['SMALLINT', -32_768],
  ] as const) {
    const rows = -2 * least;
    const path = await write('ends.parquet', `SELECT (i + ${least})::${type} AS n FROM range(${rows}) r(i)`);
    const outcomes = await judge(path, { kind: 'unique', columns: ['n'] });
    expect(outcomes).toMatchObject([{ passed: true, observed: rows, violations: 0 }]);
  }
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
  for (const [i, wanted] of [mean, deviation].entries()) {
    const found = seen[i]?.observed;
    // Beside zero, as beside no figure, nothing is near.
    if (wanted === null || wanted === 0) expect(found).toBe(wanted);
    else expect(Math.abs(Number(found) / wanted - 1)).toBeLessThan(1e-15);
  }
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
