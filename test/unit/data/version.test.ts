// Danger: two data sets with other rows share a digest, or one data set has two; a profile flaps from run to run.
import { z } from 'zod';
import { withDuckdb, type Duckdb } from '../../../activities/data/duckdb';
import { profileOf } from '../../../activities/data/profile';
import { rowsDigest } from '../../../activities/data/rows-digest';
import { columnsOf } from '../../../activities/data/schema';
import { quantile } from '../../../activities/train/reference';
import { bench } from './parquet';

const { work, write, writeRows } = bench();
const open = <T>(path: string, run: (duck: Duckdb) => Promise<T>, threads = 2): Promise<T> =>
  withDuckdb({ ...work, threads, reads: [path] }, run);
const digestOf = (path: string): Promise<string> =>
  open(path, async (duck) => rowsDigest(duck, path, await columnsOf(duck, path)));

const base = `SELECT i, i % 13 AS n, 't' || (i % 7) AS t, i / 3.0 AS d, TIMESTAMP '2001-01-01' + to_seconds(i) AS "at" FROM range(1000) r(i)`;

describe('the digest of the rows', () => {
  test('is the same after a shuffle and in another order of columns', async () => {
    const straight = await digestOf(await write('straight.parquet', base));
    expect(await digestOf(await write('shuffled.parquet', `SELECT * FROM (${base}) ORDER BY md5(i::VARCHAR)`))).toBe(
      straight,
    );
    expect(await digestOf(await write('turned.parquet', `SELECT d, "at", n, i, t FROM (${base})`))).toBe(straight);
  });

  test.each([
    ['one cell', `SELECT * REPLACE (CASE WHEN i = 500 THEN 'T' ELSE t END AS t) FROM (${base})`],
    ['one cell that became null', `SELECT * REPLACE (CASE WHEN i = 500 THEN NULL ELSE t END AS t) FROM (${base})`],
    ['two rows that are there twice', `FROM (${base}) UNION ALL (FROM (${base}) LIMIT 2)`],
    ['one row that is missing', `FROM (${base}) LIMIT 999`],
    ['the type of a column', `SELECT * REPLACE (n::DOUBLE AS n) FROM (${base})`],
    ['the name of a column', `SELECT * RENAME (n AS m) FROM (${base})`],
  ])('differs with %s', async (what, select) => {
    const straight = await digestOf(await write('straight.parquet', base));
    expect(await digestOf(await write(`${what.length}.parquet`, select))).not.toBe(straight);
  });

  test('cells cannot flow into one another, and null is no text', async () => {
    const columns = { a: 'VARCHAR', b: 'VARCHAR' };
    const bags = [
      { a: 'x', b: 'yz' },
      { a: 'xy', b: 'z' },
      { a: null, b: 'xyz' },
      { a: '', b: 'xyz' },
      { a: '-', b: 'xyz' },
    ];
    const digests = await Promise.all(
      bags.map(async (row, i) => digestOf(await writeRows(`flow-${i}.parquet`, columns, [row]))),
    );
    expect(new Set(digests).size).toBe(bags.length);
  });
});

const WITHOUT_NAN = Float64Array.from([2, 2, 3, 4, 5, 6, 7, 8, 9, 10], (n) => n / 3);
const DECILES_OF_D = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((tenth) => quantile(WITHOUT_NAN, tenth / 10));

test('a profile is exact', async () => {
  const rows = [1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n, i) => ({
    n,
    d: i === 0 ? 'NaN' : n / 3,
    t: i < 6 ? 'b' : i < 9 ? 'a' : null,
    ok: i > 4,
  }));
  const columns = { n: 'BIGINT', d: 'DOUBLE', t: 'VARCHAR', ok: 'BOOLEAN' };
  const path = await writeRows('profile.parquet', columns, rows);
  const profile = await open(path, async (duck) => profileOf(duck, path, await columnsOf(duck, path)));
  expect(profile).toMatchObject({
    rows: 11,
    columns: {
      n: {
        nulls: 0,
        distinct: 10,
        min: 1,
        max: 10,
        mean: 5.18181818,
        deciles: [1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        top: null,
      },
      d: {
        nulls: 0,
        distinct: 11 - 1,
        min: 2 / 3,
        max: 10 / 3,
        mean: 1.86666667,
        // The NaN has no place among the ten others.
        deciles: DECILES_OF_D.map((decile) => expect.closeTo(decile, 9) as number),
      },
      t: {
        nulls: 2,
        distinct: 2,
        min: 'a',
        max: 'b',
        mean: null,
        top: [
          { value: 'b', rows: 6 },
          { value: 'a', rows: 3 },
        ],
      },
      ok: {
        nulls: 0,
        distinct: 2,
        top: [
          { value: 'true', rows: 6 },
          { value: 'false', rows: 5 },
        ],
      },
    },
  });
});

test('deciles from counted values are those of the sorted rows', async () => {
  const path = await write(
    'deciles.parquet',
    `SELECT ((hash(i) % 5003)::BIGINT - 1999) / 7.0::DOUBLE AS d FROM range(7919) r(i)`,
  );
  const { profile, sorted } = await open(path, async (duck) => ({
    profile: await profileOf(duck, path, await columnsOf(duck, path)),
    sorted: await duck.rows(z.object({ d: z.number() }), 'SELECT d FROM read_parquet($path) ORDER BY d', { path }),
  }));
  const values = Float64Array.from(sorted, ({ d }) => d);
  const deciles = profile.columns['d']?.deciles ?? [];
  expect(deciles).toHaveLength(11);
  deciles.forEach((decile, tenth) => {
    expect(decile).toBeCloseTo(quantile(values, tenth / 10), 9);
  });
});

test('a profile of the largest numbers there are, and of infinite ones, has the figures that can be had', async () => {
  const rows = [-1.7e308, 1.7e308, 1.7e308, 1.7e308, 'Infinity', '-Infinity'].map((d) => ({ d }));
  const path = await writeRows('huge.parquet', { d: 'DOUBLE' }, rows);
  const profile = await open(path, async (duck) => profileOf(duck, path, await columnsOf(duck, path)));
  expect(profile.columns['d']).toMatchObject({ distinct: 4, min: -1.7e308, max: 1.7e308, mean: null });
  const deciles = profile.columns['d']?.deciles ?? [];
  expect(deciles[0]).toBe(-1.7e308);
  expect(deciles[1]).toBeCloseTo(-0.68e308, -300);
  expect(deciles.slice(4)).toEqual(Array.from({ length: 7 }, () => 1.7e308));
});

test('a profile of no rows, and of nothing but nulls, has no figures', async () => {
  const columns = { n: 'DOUBLE', at: 'TIMESTAMP' };
  const none = { distinct: 0, min: null, max: null, mean: null, deciles: null };
  for (const rows of [[], [{ n: null, at: null }]]) {
    const path = await writeRows('empty.parquet', columns, rows);
    const profile = await open(path, async (duck) => profileOf(duck, path, await columnsOf(duck, path)));
    expect(profile).toMatchObject({
      rows: rows.length,
      columns: { n: { nulls: rows.length, ...none }, at: { nulls: rows.length, ...none } },
    });
  }
});

test('a profile of doubles does not flap with the order in which threads add', async () => {
  const path = await write('doubles.parquet', `SELECT sin(i) * 1e6 AS d FROM range(250000) r(i)`);
  const seen = new Set<string>();
  for (const threads of [2, 3, 8]) {
    seen.add(
      JSON.stringify(await open(path, async (duck) => profileOf(duck, path, await columnsOf(duck, path)), threads)),
    );
  }
  expect(seen.size).toBe(1);
});

test('text that Postgres cannot keep is marked, not refused', async () => {
  const path = await write('nul.parquet', `SELECT 'a' || chr(0) || 'b' AS t`);
  const profile = await open(path, async (duck) => profileOf(duck, path, await columnsOf(duck, path)));
  expect(profile.columns['t']).toMatchObject({ min: 'a\uFFFDb', top: [{ value: 'a\uFFFDb', rows: 1 }] });
});
