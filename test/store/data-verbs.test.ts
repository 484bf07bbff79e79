/**
 * Danger: the command tells something else of the data than the records hold: a version that a filter loses, a page twice, the
 * wrong one for a beginning that fits several, a model that stands on data and is not told, a lineage with a hole.
 * The verbs are the real ones, on a real database, in this process.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { z } from 'zod';
import { withDuckdb } from '../../activities/data/duckdb';
import { buildProgram } from '../../cli/main';
import { openDb } from '../../store/db';
import { diskArtifacts, recordArtifact } from '../../store/artifacts';
import { insertCollection } from '../../store/collections';
import { insertDataset } from '../../store/datasets';
import { insertEdge } from '../../store/lineage';
import { createModelVersion } from '../../store/models/create-model-version';
import { promote } from '../../store/models/promote';
import { createTestDatabase, type TestDatabase } from '../database';
import { aRun } from './rows';

jest.setTimeout(60_000);

let database: TestDatabase;
let db: Pool;
const before = { ...process.env };

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 2 });
  process.env['DATABASE_URL'] = database.url;
  await fill();
});
afterAll(async () => {
  process.env = before;
  await db.end();
  await database.drop();
});

/** Runs the command: its lines, and the exit code. */
async function perennial(...args: string[]): Promise<{ lines: string[]; errors: string[]; code: unknown }> {
  const [lines, errors]: [string[], string[]] = [[], []];
  const spies = [
    jest.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(text)),
    jest.spyOn(console, 'error').mockImplementation((text: string) => void errors.push(text)),
  ];
  const code = process.exitCode;
  try {
    const verb = args[0] === 'suggest' ? 'expect' : 'data';
    await buildProgram().parseAsync(['node', 'perennial', verb, ...args, '--state', '/nowhere/at/all']);
    return { lines, errors, code: process.exitCode };
  } finally {
    process.exitCode = code ?? 0;
    for (const spy of spies) spy.mockRestore();
  }
}

async function perennialJson(...args: string[]): Promise<{ found: unknown[]; code: unknown }> {
  const { lines, code } = await perennial(...args, '--json');
  return { found: lines.map((line): unknown => JSON.parse(line)), code };
}

const digestOf = (name: string): string => createHash('sha256').update(name).digest('hex');
/** Two that begin alike. */
const RAW = `abc1${digestOf('raw').slice(4)}`;
const CLEAN = `abc2${digestOf('clean').slice(4)}`;
const OTHER = `d${digestOf('other').slice(1)}`;
const [MODEL, REFERENCE] = [`e${digestOf('model').slice(1)}`, `f${digestOf('reference').slice(1)}`];

async function aDataset(digest: string, run: string, rows: number, minutesAgo: number): Promise<void> {
  await recordArtifact(db, { digest, kind: 'dataset', bytes: 10 });
  await insertDataset(db, {
    digest,
    rowsDigest: digestOf(`rows of ${digest}`),
    schema: { columns: [{ name: 'n', type: 'integer', sql: 'BIGINT' }], time: null },
    profile: { n: { nulls: 1, distinct: 2, min: 1, max: 9, mean: 4.5, deciles: null, top: null } },
    rows,
    timeFrom: null,
    timeTo: null,
    run,
    address: 'node',
  });
  await db.query('UPDATE dataset_versions SET recorded_at = now() - make_interval(mins => $2) WHERE digest = $1', [
    digest,
    minutesAgo,
  ]);
}

async function fill(): Promise<void> {
  await aRun(db, 'one');
  await aRun(db, 'two');
  await db.query(`UPDATE runs SET pipeline = 'q' WHERE id = 'two'`);
  await aDataset(RAW, 'one', 100, 90);
  await aDataset(CLEAN, 'one', 90, 60);
  await aDataset(OTHER, 'two', 5, 30);
  await collectedAll();
  await recordArtifact(db, { digest: MODEL, kind: 'model', bytes: 1 });
  await recordArtifact(db, { digest: REFERENCE, kind: 'json', bytes: 1 });
  const edge = (child: string, parent: string, relation: string) =>
    insertEdge(db, { child, parent, relation, run: 'one', address: 'node' });
  await edge(RAW, 'flights.parquet', 'source');
  await edge(CLEAN, RAW, 'rows-of');
  await edge(MODEL, CLEAN, 'input');
  const at = '2026-01-01T00:00:00.000Z';
  const version = await createModelVersion(db, {
    ...{ model: 'm', artifact: MODEL, trainer: 't', signature: {}, metrics: {}, evaluation: {}, reference: REFERENCE },
    ...{ trainedFrom: at, trainedTo: at, eventTime: at, run: 'one', address: 'register' },
  });
  const by = { decisionId: 'd', reason: 'r', by: 'b', eventTime: at };
  await promote(db, { model: 'm', version, expectedSeq: 0, ...by });
}

const ORDERS = { source: 'shop.example/orders.csv', sourceKey: digestOf('orders') };

/** Orders twice by one pipeline and once by another, and flights; each a minute after the one before. */
async function collectedAll(): Promise<void> {
  const window = { from: '2001-01-01T00:00:00.000Z', to: '2001-02-01T00:00:00.000Z' };
  const files = [
    { name: 'shop.example/orders.csv', bytes: 12_345, sha256: digestOf('file'), etag: '"v2"' },
    ...Array.from({ length: 7 }, (_, i) => ({ name: `part-${i}.csv`, bytes: i, sha256: null, etag: null })),
  ];
  const kept = { time: 'at', window, oldest: '2001-01-01T00:00:00.000001Z', rows: 7, ...ORDERS, files };
  const all = [
    { ...kept, run: 'one', address: 'collect', dataset: RAW, newest: '2001-01-02T00:00:00.000Z' },
    { ...kept, run: 'one', address: 'shops[1]/collect', dataset: CLEAN, newest: '2001-01-03T04:05:06.789012Z' },
    { ...kept, run: 'two', address: 'collect', dataset: RAW, newest: '2001-01-09T00:00:00.000Z' },
    {
      ...kept,
      run: 'two',
      address: 'others',
      dataset: OTHER,
      source: 'flights.parquet',
      sourceKey: digestOf('f'),
      newest: '2001-01-05T00:00:00.000Z',
    },
  ];
  for (const [minutes, row] of all.entries()) {
    await insertCollection(db, row);
    const later =
      'UPDATE collections SET recorded_at = now() - make_interval(mins => $3) WHERE run_id = $1 AND address = $2';
    await db.query(later, [row.run, row.address, 60 - minutes]);
  }
}

describe('data collections', () => {
  const Collection = z.object({ run: z.string(), address: z.string() });
  const nodes = async (...args: string[]): Promise<string[]> =>
    (await perennialJson('collections', ...args)).found.map((one) => Object.values(Collection.parse(one)).join(' '));

  test('the newest first, each with what it read, its files, and where the next fresh one goes on', async () => {
    const { found, code } = await perennialJson('collections', 'orders');
    expect(code).toBe(0);
    const files = [{ bytes: 12_345, etag: '"v2"', sha256: digestOf('file') }, {}, {}, {}, {}, {}, {}, {}];
    // Of each pipeline the newest instant of its own: another one's is none of its business.
    expect(found).toMatchObject([
      { run: 'two', pipeline: 'q', dataset: RAW, files, watermark: '2001-01-09T00:00:00.000000Z' },
      { run: 'one', address: 'shops[1]/collect', watermark: '2001-01-03T04:05:06.789012Z' },
      {
        ...{ run: 'one', address: 'collect', rows: 7, time: 'at', window: { from: '2001-01-01T00:00:00.000Z' } },
        ...{ oldest: '2001-01-01T00:00:00.000001Z', newest: '2001-01-02T00:00:00.000000Z' },
        watermark: '2001-01-03T04:05:06.789012Z',
      },
    ]);
    const { lines } = await perennial('collections');
    expect(lines.join('\n')).toMatch(/one +shops\[1\]\/collect +shop\.example\/orders\.csv +7 .*04:05:06\.789012Z/);
  });

  test('by pages, by pipeline, and since a time', async () => {
    const all = ['two others', 'two collect', 'one shops[1]/collect', 'one collect'];
    expect(await nodes()).toEqual(all);
    expect(await nodes('--limit', '2', '--before', 'two collect')).toEqual(all.slice(2));
    expect(await nodes('--pipeline', 'p', 'orders')).toEqual(all.slice(2));
    expect(await nodes('--since', new Date(Date.now() - 58.5 * 60_000).toISOString())).toEqual(all.slice(0, 2));
    // A source that is there, of which another pipeline took nothing.
    expect(await nodes('--pipeline', 'p', 'flights')).toEqual([]);
    expect((await perennial('collections', '--pipeline', 'nobody')).lines).toEqual(['Nothing was collected.']);
  });

  test('a source or a collection that is not there is refused, and the sources that are there are named', async () => {
    const [nobody, page] = [
      await perennial('collections', 'ordesr'),
      await perennial('collections', '--before', 'one'),
    ];
    expect([nobody.code, page.code]).toEqual([2, 2]);
    expect(nobody.errors.join('\n')).toMatch(/PER_DATA_080.*'ordesr'.*flights\.parquet; shop\.example\/orders\.csv/s);
    expect(page.errors.join('\n')).toMatch(/PER_DATA_081.*'one'/s);
  });

  test('data show tells how its version was collected, a few files of many', async () => {
    const text = (await perennial('show', RAW)).lines.join('\n');
    expect(text).toMatch(
      /collected +from shop\.example\/orders\.csv, \[2001-01-01T00:00:00\.000Z, 2001-02-01.*\) by at/,
    );
    expect(text).toMatch(/by two collect at .*by one collect at /s);
    expect(text).toContain(`file shop.example/orders.csv, 12.3 kB, sha256 ${digestOf('file').slice(0, 12)}, ETag "v2"`);
    expect(text).toMatch(/part-3\.csv, 3 B\n +and 3 files more/);
    expect(text).toMatch(/fresh +the next collect of q with `fresh` takes what is after 2001-01-09T00:00:00\.000000Z/);
    expect((await perennialJson('show', RAW)).found).toMatchObject([{ collections: [{ run: 'two' }, { run: 'one' }] }]);
  });
});

describe('data list', () => {
  test('the newest first, with the run that made each', async () => {
    const { found } = await perennialJson('list');
    expect(found).toMatchObject([
      { digest: OTHER, rows: 5, run: 'two', pipeline: 'q', pinned: false, tags: [] },
      { digest: CLEAN, rows: 90, run: 'one', address: 'node', pipeline: 'p' },
      { digest: RAW },
    ]);
    const { lines } = await perennial('list');
    expect(lines.join('\n')).toMatch(new RegExp(`${OTHER.slice(0, 12)} +5 .* two node`));
  });

  test('by pages, by pipeline and since a time', async () => {
    const digests = async (...args: string[]) =>
      (await perennialJson('list', ...args)).found.map((each) => z.object({ digest: z.string() }).parse(each).digest);
    expect(await digests('--limit', '1', '--before', OTHER.slice(0, 8))).toEqual([CLEAN]);
    expect(await digests('--pipeline', 'q')).toEqual([OTHER]);
    expect(await digests('--since', new Date(Date.now() - 75 * 60_000).toISOString())).toEqual([OTHER, CLEAN]);
    expect(await digests('--tag', 'nobody')).toEqual([]);
  });
});

describe('data show', () => {
  test('both digests, the columns with their figures, where it came from, and the models that stand on it', async () => {
    const { found, code } = await perennialJson('show', 'ABC1');
    expect(code).toBe(0);
    expect(found).toMatchObject([
      {
        digest: RAW,
        rowsDigest: digestOf(`rows of ${RAW}`),
        columns: [{ name: 'n', type: 'integer', figures: { nulls: 1, distinct: 2, mean: 4.5 } }],
        pin: null,
        from: [{ parent: 'flights.parquet' }],
        into: [{ child: CLEAN }],
        // Over the clean one.
        models: [{ model: 'm', version: 1 }],
      },
    ]);
    const { lines } = await perennial('show', RAW);
    for (const said of [RAW, 'flights.parquet (source)', 'm v1', '4.5']) expect(lines.join('\n')).toContain(said);
  });

  test.each([
    ['abc', 'PER_DATA_071', RAW],
    ['0000', 'PER_DATA_070', '0000'],
    ['flights', 'PER_DATA_070', 'flights'],
    // An artifact, but no data set.
    [MODEL, 'PER_DATA_070', MODEL],
  ])('%s names not one version: said, with exit code 2', async (beginning, error, told) => {
    const { errors, code } = await perennial('show', beginning);
    expect(code).toBe(2);
    expect(errors.join('\n')).toContain(error);
    expect(errors.join('\n')).toContain(told);
  });
});

describe('data lineage', () => {
  test('of a data set: both ways, to the ends', async () => {
    const { found } = await perennialJson('lineage', CLEAN.slice(0, 6));
    expect(found).toMatchObject([
      {
        digest: CLEAN,
        up: [
          { child: RAW, parent: 'flights.parquet' },
          { child: CLEAN, parent: RAW },
        ],
        down: [{ child: MODEL, parent: CLEAN }],
        cut: false,
      },
    ]);
  });

  test('of the champion of a model: what data it stands on', async () => {
    const { lines } = await perennial('lineage', 'm');
    const text = lines.join('\n');
    expect(text).toMatch(/^m v1: /);
    const at = [CLEAN, RAW].map((digest) => text.indexOf(digest.slice(0, 12)));
    expect(at.every((place) => place > 0)).toBe(true);
    // Each further from the model stands deeper.
    const depths = text.split('\n').map((line) => line.length - line.trimStart().length);
    expect(depths).toEqual([0, 0, 2, 4, 6, 0, 2]);
    expect(text.indexOf('flights.parquet')).toBeGreaterThan(at[1] ?? 0);
    expect((await perennialJson('lineage', 'm', '1')).found).toMatchObject([{ of: 'm v1', digest: MODEL }]);
  });

  test('of nothing: said, with exit code 2', async () => {
    expect((await perennial('lineage', 'm', '7')).code).toBe(2);
    expect((await perennial('lineage', 'no-such-model')).errors.join('\n')).toContain('PER_KEEP_001');
    expect((await perennial('lineage', 'aaaa')).errors.join('\n')).toContain('PER_DATA_070');
  });
});

describe('expect suggest', () => {
  test('proposes a suite as a file, and as data', async () => {
    const { lines } = await perennial('suggest', RAW.slice(0, 4));
    expect(lines.join('\n')).toContain("{ kind: 'type', column: 'n', is: 'integer', severity: 'fail' },");
    const { found } = await perennialJson('suggest', RAW.slice(0, 4));
    expect(found).toMatchObject([
      { dataset: RAW, expectations: [{ kind: 'columns' }, { kind: 'row-count' }, { kind: 'type' }, {}, {}] },
    ]);
  });

  test('of a version that the records do not have: said, with exit code 2', async () => {
    const { errors, code } = await perennial('suggest', '0000');
    expect([code, errors.join('\n')]).toEqual([2, expect.stringContaining('PER_DATA_070')]);
  });
});

describe('data pin, unpin and tag', () => {
  const listed = async (...args: string[]): Promise<unknown> => (await perennialJson('list', ...args)).found;

  test('a pin and a tag are on the version from then on, until they are taken off; who and why is kept', async () => {
    const { found } = await perennialJson('pin', RAW.slice(0, 4), '--reason', 'yearly report', '--by', 'ana');
    expect(found).toMatchObject([{ digest: RAW, pinned: true, by: 'ana', reason: 'yearly report' }]);
    await perennial('tag', RAW.slice(0, 4), 'release', '--by', 'ana');
    expect(await listed('--tag', 'release')).toMatchObject([{ digest: RAW, pinned: true, tags: ['release'] }]);
    expect((await perennial('show', RAW)).lines.join('\n')).toMatch(/yearly report/);
    expect((await perennialJson('tag', RAW, 'release')).found).toMatchObject([{ changed: false }]);

    await perennial('unpin', RAW, '--by', 'bo');
    await perennial('tag', RAW, 'release', '--remove', '--by', 'bo');
    expect(await listed('--tag', 'release')).toEqual([]);
    expect((await perennialJson('unpin', RAW)).found).toMatchObject([{ pinned: false, changed: false }]);
    const { rows } = await db.query(`SELECT by, action FROM audit_log WHERE subject = $1 ORDER BY id`, [RAW]);
    expect(rows).toEqual([
      { by: 'ana', action: 'data.pin' },
      { by: 'ana', action: 'data.tag' },
      { by: 'bo', action: 'data.unpin' },
      { by: 'bo', action: 'data.untag' },
    ]);
  });

  test('a tag of another form is refused', async () => {
    const { errors, code } = await perennial('tag', RAW, 'two words');
    expect([code, errors.join('\n')]).toEqual([2, expect.stringContaining('PER_DATA_072')]);
  });
});

test('data diff: what differs, and the exit code where it is asked for', async () => {
  const { found, code } = await perennialJson('diff', RAW.slice(0, 4), CLEAN.slice(0, 4), '--exit-code');
  expect([code, found]).toMatchObject([1, [{ differences: { same: 'none', rows: { a: 100, b: 90 } } }]]);
  expect((await perennial('diff', RAW, RAW, '--exit-code')).code ?? 0).toBe(0);
  expect((await perennial('diff', RAW, 'ffff')).code).toBe(2);
});

describe('data diff --html', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-diff-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('reads both files, and writes a page with each column that they share', async () => {
    process.env['PERENNIAL_ARTIFACTS'] = join(folder, 'artifacts');
    const store = diskArtifacts(db, join(folder, 'artifacts'));
    const made: string[] = [];
    for (const [name, from] of [
      ['a', 0],
      ['b', 50],
    ] as const) {
      const path = join(folder, `${name}.parquet`);
      const work = { scratch: folder, signal: new AbortController().signal, reads: [] };
      const rows = `SELECT i + ${from} AS n FROM range(100) r(i)`;
      await withDuckdb(work, (duck) => duck.writeParquet(rows, path));
      const digest = await store.putFile(path, 'dataset');
      await aDataset(digest, 'one', 100, 5);
      made.push(digest);
    }
    const to = join(folder, 'page.html');
    const { found, code } = await perennialJson('diff', ...made, '--html', to);
    expect(code ?? 0).toBe(0);
    expect(found).toMatchObject([
      {
        html: to,
        distributions: {
          columns: [{ name: 'n', drift: { statistics: { 'kolmogorov-smirnov': 0.5 } } }],
          notCounted: [],
        },
      },
    ]);
    const page = readFileSync(to, 'utf8');
    expect(page).toContain('<svg role="img" aria-label="n: shares of rows before and after; has moved');
    for (const digest of made) expect(page).toContain(digest);
    const { lines } = await perennial('diff', ...made, '--html', to);
    expect(lines.join('\n')).toContain(`The page: ${to}`);
  });

  test('of a file that is gone: a page with what the records hold; to a folder that is not there: said, with exit code 2', async () => {
    const to = join(folder, 'records.html');
    const { found, code } = await perennialJson('diff', RAW, CLEAN, '--html', to);
    expect(code ?? 0).toBe(0);
    expect(JSON.stringify(found)).toContain('"distributions":"[PER_RUN_002]');
    expect(readFileSync(to, 'utf8')).toContain('<strong>No distributions:</strong>');
    const refused = await perennial('diff', RAW, CLEAN, '--html', join(folder, 'no', 'such.html'));
    expect([refused.code, refused.errors.join('\n')]).toEqual([2, expect.stringContaining('PER_DATA_110')]);
  });
});
