// Danger: rows outside the window or of another meaning reach training in silence, or a damaged file reads as a short one.
import { copyFileSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { collectRows, type CollectOptions } from '../../../activities/collect/collect-rows';
import { findSource, type FoundSource } from '../../../activities/collect/find-source';
import { bench, refused } from '../data/parquet';

const { work, write, read } = bench();
const jan = { from: '2001-01-01T00:00:00.000Z', to: '2001-02-01T00:00:00.000Z' };
const columns = { at: 'timestamp', n: 'integer' } as const;

async function options(select: string, more: Partial<CollectOptions> = {}): Promise<CollectOptions> {
  const path = await write(`source-${Math.abs(hash(select))}.parquet`, select);
  return { source: oneFile('source.parquet', path), columns, time: 'at', window: jan, ...more };
}
const oneFile = (name: string, path: string): FoundSource => ({
  name,
  files: [{ name, path }],
  format: { kind: 'parquet' },
});
const hash = (s: string): number => Array.from(s).reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7);

const edges = `SELECT * FROM (VALUES (TIMESTAMP '2000-12-31 23:59:59.999', 1, 'x'), (TIMESTAMP '2001-01-01', 2, 'x'),
  (TIMESTAMP '2001-01-31 23:59:59.999', 3, 'x'), (TIMESTAMP '2001-02-01', 4, 'x'), (NULL, 5, 'x')) t("at", n, rest)`;

test('a window takes its first instant and leaves its last, and rows without an instant', async () => {
  const got = await collectRows(work, await options(edges));
  expect(await read(got.path)).toMatchObject([{ n: 2 }, { n: 3 }]);
  expect(got).toMatchObject({ rows: 2, from: '2001-01-01T00:00:00.000Z', to: '2001-01-31T23:59:59.999Z' });
});

test('only declared columns are kept, in the declared order', async () => {
  const got = await collectRows(work, await options(edges, { columns: { n: 'number', at: 'timestamp' } }));
  const [first] = await read(got.path);
  expect(Object.keys(first ?? {})).toEqual(['n', 'at']);
});

test('a column that is missing is named, with those that are there', async () => {
  await refused(
    collectRows(work, await options(edges, { columns: { ...columns, origin: 'text' } })),
    'PER_DATA_003',
    "'origin'",
    'at, n, rest',
  );
});

test('a column of another type is refused, not converted', async () => {
  await refused(
    collectRows(work, await options(edges, { columns: { ...columns, rest: 'integer' } })),
    'PER_DATA_004',
    "'rest'",
    'VARCHAR',
    'integer',
  );
});

test('an empty window is refused and told the range that there is', async () => {
  const window = { from: '2005-01-01T00:00:00.000Z', to: '2005-02-01T00:00:00.000Z' };
  await refused(collectRows(work, await options(edges, { window })), 'PER_DATA_005', '2000-12-31T23:59:59.999Z');
});

describe('a damaged file', () => {
  const many = `SELECT TIMESTAMP '2001-01-02' + to_seconds(i) AS "at", i AS n FROM range(50000) r(i)`;
  test.each([
    ['is no Parquet at all', () => Buffer.from('date,delay\n1,2\n')],
    ['is empty', () => Buffer.alloc(0)],
    ['was cut short', (whole: Buffer) => whole.subarray(0, Math.floor(whole.length / 2))],
    [
      'was overwritten inside a page',
      (whole: Buffer) => Buffer.from(whole).fill(0xff, 200, Math.floor(whole.length / 2)),
    ],
  ])('that %s is refused and named', async (_, damage) => {
    const good = await options(many);
    const path = join(work.scratch, 'damaged.parquet');
    writeFileSync(path, damage(readFileSync(good.source.files[0].path)));
    await refused(
      collectRows(work, { ...good, source: oneFile('damaged.parquet', path) }),
      'PER_DATA_002',
      'damaged.parquet',
    );
  });
});

test('the same input gives the same bytes, whatever the number of threads', async () => {
  const wanted = await options(
    `SELECT TIMESTAMP '2001-01-02' + to_milliseconds(i * 7919 % 1000003) AS "at", i AS n FROM range(250000) r(i)`,
  );
  const sampled = { ...wanted, sample: { rows: 150_000, seed: 3 } };
  const bytes: Buffer[] = [];
  for (const threads of [1, 2, 4]) {
    bytes.push(readFileSync((await collectRows({ ...work, threads }, sampled)).path));
  }
  expect(bytes.every((b) => b.equals(bytes[0] ?? Buffer.alloc(0)))).toBe(true);
});

test('a sample depends on its seed and keeps the order of the file', async () => {
  const source = await options(`SELECT TIMESTAMP '2001-01-02' AS "at", i AS n FROM range(1000) r(i)`);
  const sample = async (seed: number): Promise<string> =>
    JSON.stringify(await read((await collectRows(work, { ...source, sample: { rows: 10, seed } })).path));
  const first = await sample(1);
  expect(await sample(1)).toBe(first);
  expect(await sample(2)).not.toBe(first);
  const numbers = [...first.matchAll(/"n":(\d+)/g)].map((m) => Number(m[1]));
  expect(numbers).toHaveLength(10);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
});

test('work that was cancelled ends with the reason of the cancellation', async () => {
  const given = await options(edges);
  const cancelled = AbortSignal.abort(new Error('the run was cancelled'));
  await expect(collectRows({ ...work, signal: cancelled }, given)).rejects.toThrow('the run was cancelled');
});

describe('a source', () => {
  test('in a package is found from any folder below its node_modules', async () => {
    const packaged = join(work.scratch, 'node_modules', 'rows', 'data');
    const project = join(work.scratch, 'projects', 'one');
    mkdirSync(packaged, { recursive: true });
    mkdirSync(project, { recursive: true });
    copyFileSync((await options(edges)).source.files[0].path, join(packaged, 'all.parquet'));
    const found = await findSource({ kind: 'package', package: 'rows', path: 'data/all.parquet' }, project);
    const name = 'rows/data/all.parquet';
    const format = { kind: 'parquet' };
    expect(found).toMatchObject({ name, files: [{ name, path: join(packaged, 'all.parquet') }], format });
    const json = { kind: 'json', layout: 'array' } as const;
    const other = await findSource(
      { kind: 'package', package: 'rows', path: 'data/all.parquet', format: json },
      project,
    );
    expect(other.format).toEqual(json);
  });

  test.each([
    { kind: 'package', package: 'no-such-package', path: 'x.parquet' },
    { kind: 'package', package: 'zod', path: '../../package.json' },
    { kind: 'parquet', path: 'no-such.parquet' },
    { kind: 'parquet', path: '.' },
  ] as const)('that is not there is refused: %j', async (source) => {
    await refused(findSource(source, work.scratch), 'PER_DATA_001');
  });
});
