// Danger: a row is in both parts or in none, or another seed, thread count or day moves it to the other side.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { splitRows } from '../../../activities/split/split-rows';
import { bench, refused } from '../data/parquet';

const { work, write, writeRows, read } = bench();
const numbers = async (path: string): Promise<number[]> =>
  z
    .array(z.looseObject({ i: z.int() }))
    .parse(await read(path))
    .map((row) => row.i);

test('at random: every row is in exactly one part, in order, near the share asked for', async () => {
  const path = await write('rows.parquet', 'SELECT i FROM range(20000) r(i)');
  const parts = await splitRows(work, { path, by: { kind: 'random', testShare: 0.2, seed: 1 } });
  const [train, test] = [await numbers(parts.train.path), await numbers(parts.test.path)];
  const ascending = (list: number[]): boolean => list.every((n, k) => k === 0 || n > (list[k - 1] ?? n));
  expect(ascending(train) && ascending(test)).toBe(true);
  expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: 20000 }, (_, k) => k));
  // Six standard deviations of a binomial share.
  expect(Math.abs(test.length / 20000 - 0.2)).toBeLessThan(6 * Math.sqrt((0.2 * 0.8) / 20000));
});

test('at random: the seed decides, not the threads', async () => {
  const path = await write('rows.parquet', 'SELECT i FROM range(20000) r(i)');
  const bytes = async (seed: number, threads: number): Promise<string> => {
    const parts = await splitRows({ ...work, threads }, { path, by: { kind: 'random', testShare: 0.5, seed } });
    return readFileSync(parts.test.path).toString('base64');
  };
  const first = await bytes(1, 1);
  expect(await bytes(1, 4)).toBe(first);
  expect(await bytes(2, 2)).not.toBe(first);
});

test('by time: the instant itself belongs to the test part', async () => {
  const rows = [
    { i: 1, at: '2001-01-01' },
    { i: 2, at: '2001-02-01' },
    { i: 3, at: '2001-01-31 23:59:59.999' },
  ];
  const path = await writeRows('time.parquet', { i: 'BIGINT', at: 'TIMESTAMP' }, rows);
  const parts = await splitRows(work, { path, by: { kind: 'time', column: 'at', at: '2001-02-01T00:00:00.000Z' } });
  expect(await numbers(parts.train.path)).toEqual([1, 3]);
  expect(await numbers(parts.test.path)).toEqual([2]);
});

test('an empty part is refused and named', async () => {
  const path = await write('few.parquet', `SELECT i, TIMESTAMP '2001-01-01' AS "at" FROM range(3) r(i)`);
  await refused(
    splitRows(work, { path, by: { kind: 'time', column: 'at', at: '2002-01-01T00:00:00.000Z' } }),
    'PER_DATA_008',
    'test part',
  );
  await refused(
    splitRows(work, { path, by: { kind: 'time', column: 'at', at: '2000-01-01T00:00:00.000Z' } }),
    'PER_DATA_008',
    'training part',
  );
  await refused(splitRows(work, { path, by: { kind: 'random', testShare: 1e-9, seed: 1 } }), 'PER_DATA_008');
});

test('rows without an instant are refused, since they belong to no side', async () => {
  const rows = [{ at: '2001-01-01' }, { at: null }, { at: '2001-03-01' }];
  const path = await writeRows('nulls.parquet', { at: 'TIMESTAMP' }, rows);
  await refused(
    splitRows(work, { path, by: { kind: 'time', column: 'at', at: '2001-02-01T00:00:00.000Z' } }),
    'PER_DATA_008',
    '1 of 3 rows',
  );
});

test('a split by a column that is no instant is refused', async () => {
  const path = await write('no-time.parquet', 'SELECT i FROM range(3) r(i)');
  const by = (column: string) => ({ kind: 'time', column, at: '2001-02-01T00:00:00.000Z' }) as const;
  await refused(splitRows(work, { path, by: by('i') }), 'PER_DATA_012');
  await refused(splitRows(work, { path, by: by('gone') }), 'PER_DATA_003');
});
