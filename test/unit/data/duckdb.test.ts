// Danger: a statement built from a user's names or rules reads or writes files it should not, or outlives its run.
import { z } from 'zod';
import { withDuckdb } from '../../../activities/data/duckdb';
import { identifier } from '../../../activities/data/sql';
import { withParquet } from '../../../activities/train/features/parquet';
import { bench, rejection } from './parquet';

const { work, write } = bench();
const any = z.unknown();

const outOfReach = [
  ['a file that is not its own', `SELECT * FROM read_text('/etc/hostname')`],
  ['a folder that is not its own', `SELECT * FROM glob('/etc/*')`],
  ['the network', `SELECT * FROM read_parquet('https://example.org/x.parquet')`],
  ['extensions', 'INSTALL httpfs'],
  ['its own door', 'SET enable_external_access = true'],
  ['its own settings', 'SET threads = 9'],
] as const;

test.each(outOfReach)('a statement cannot reach %s', async (_, sql) => {
  const error = await rejection(withDuckdb({ ...work, reads: [] }, (duck) => duck.rows(any, sql)));
  expect(error.code).toBe('PER_DATA_011');
});

test.each(outOfReach)('nor can it where columns are read for training and scoring: %s', async (_, sql) => {
  const path = await write(`it's.parquet`, 'SELECT 7 AS x');
  await withParquet(path, 1, async ({ connection, types }) => {
    expect([...types.keys()]).toEqual(['x']);
    await expect(connection.runAndReadAll(sql)).rejects.toThrow();
    const copied = connection.run(`COPY (SELECT 1) TO '${work.scratch}/escaped.parquet'`);
    await expect(copied).rejects.toThrow('Permission Error');
  });
});

test('a statement cannot write beside its scratch folder', async () => {
  const outside = `${work.scratch}/../escaped.parquet`;
  const error = await rejection(
    withDuckdb({ ...work, reads: [] }, (duck) => duck.writeParquet('SELECT 1 AS x', outside)),
  );
  expect(error.code).toBe('PER_DATA_011');
});

test('any column name is only a name', async () => {
  const evil = `x"; DROP TABLE y; --`;
  const path = await write('evil.parquet', `SELECT 7 AS ${identifier(evil)}`);
  const rows = await withDuckdb({ ...work, reads: [path] }, (duck) =>
    duck.rows(any, `SELECT ${identifier(evil)} FROM read_parquet($path)`, { path }),
  );
  expect(rows).toEqual([{ [evil]: 7 }]);
  expect(() => identifier('a\0b')).toThrow('PER_DATA_003');
});

test('a query that runs is interrupted when its run is cancelled, and says why', async () => {
  const control = new AbortController();
  const endless = withDuckdb({ ...work, reads: [], signal: control.signal }, async (duck) => {
    const running = duck.rows(
      any,
      'SELECT count(*) FROM range(10000000000) a(i), range(1000) b(j) WHERE i * j % 7 = 8',
    );
    control.abort(new Error('the run was cancelled'));
    return running;
  });
  await expect(endless).rejects.toThrow('the run was cancelled');
});

test('the event loop is free while a query runs', async () => {
  let turns = 0;
  const done = withDuckdb({ ...work, reads: [] }, (duck) =>
    duck.rows(any, 'SELECT sum(i % 7)::DOUBLE AS s FROM range(20000000) r(i)'),
  ).then(() => true);
  while (!(await Promise.race([done, new Promise<boolean>((go) => setImmediate(() => go(false)))]))) turns += 1;
  expect(turns).toBeGreaterThan(10);
});

test('an integer beyond the exact range of a number is refused, not rounded', async () => {
  const query = withDuckdb({ ...work, reads: [] }, (duck) => duck.rows(any, 'SELECT 9007199254740993::BIGINT AS n'));
  await expect(query).rejects.toThrow(RangeError);
});

test('batches come in order and hold all rows', async () => {
  const seen: number[] = [];
  await withDuckdb({ ...work, reads: [] }, async (duck) => {
    for await (const batch of duck.batches(z.object({ i: z.int() }), 'SELECT i FROM range(5000) r(i) ORDER BY i')) {
      seen.push(...batch.map((row) => row.i));
    }
  });
  expect(seen).toEqual(Array.from({ length: 5000 }, (_, i) => i));
});
