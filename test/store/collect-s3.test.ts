// Danger: what lies in a bucket is fetched again and again, or not again when it has changed; an object is left out or taken
// twice; a key pair that opened a bucket stands in records.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { z } from 'zod';
import { collectSteps } from '../../activities/collect';
import { withDuckdb } from '../../activities/data/duckdb';
import { openResources } from '../../activities/run-step/resources';
import type { Json } from '../../core';
import { collect } from '../../steps';
import { setStepStage, type StepStage } from './step-stage';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'perennial-s3-'));
const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory: join(folder, 'buckets'),
  vhostBuckets: false,
  configureBuckets: [{ name: 'lake' }],
});
let stage: StepStage;
let endpoint = '';
let owner: S3Client;
const asked: IncomingMessage[] = [];

beforeAll(async () => {
  stage = await setStepStage('collect-s3', [collectSteps]);
  endpoint = `http://127.0.0.1:${(await server.run()).port}`;
  server.httpServer.on('request', (request: IncomingMessage) => asked.push(request));
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  owner = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  Object.assign(process.env, {
    DATABASE_URL: stage.databaseUrl,
    PERENNIAL_PROJECT: folder,
    PERENNIAL_COLLECT_HOSTS: '127.0.0.1',
  });
});

afterAll(async () => {
  owner.destroy();
  server.httpServer.closeAllConnections();
  await server.close();
  await stage.end();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => void asked.splice(0));

const window = { from: '2001-01-01T00:00:00.000Z', to: '2002-01-01T00:00:00.000Z' };
const rows = { columns: { at: 'timestamp', n: 'integer' }, time: 'at', window };
const csv = (...numbers: number[]): string => ['at,n', ...numbers.map((n) => `2001-01-01,${n}`), ''].join('\n');

async function put(key: string, body: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(body);
  await owner.send(new PutObjectCommand({ Bucket: 'lake', Key: key, Body: bytes, ContentLength: bytes.length }));
  asked.splice(0);
}

function source(keys: string | string[], more: Readonly<Record<string, Json>> = {}): Json {
  const open = 'resource' in more ? {} : { endpoint };
  return { kind: 's3', bucket: 'lake', keys, format: { kind: 'csv' }, ...open, ...more };
}

/** Collects from a source, and says which numbers came, in their order. */
async function collected(from: Json, given?: Readonly<Record<string, unknown>>) {
  const resources = given && (await openResources([collect], [], given));
  const execution = resources && { dependencies: { ...stage.dependencies, resources } };
  const { run, output } = await stage.execute('collect', { source: from, ...rows }, execution);
  const { dataset } = collect.output.parse(output);
  const path = await stage.dependencies.artifacts.pathOf(dataset);
  const { numbers } = await withDuckdb(
    { scratch: folder, signal: new AbortController().signal, reads: [path] },
    (duck) => duck.row(Numbers, 'SELECT list(n::INTEGER) AS numbers FROM read_parquet($path)', { path }),
  );
  return { run, dataset, numbers };
}

const Numbers = z.object({ numbers: z.array(z.int()) });

const fetchedKeys = (): string[] =>
  asked
    .filter(({ url }) => !url?.includes('list-type=2'))
    .map(({ url }) => decodeURIComponent(url?.split('?')[0] ?? ''));

async function recordOf(run: string) {
  const { rows: found } = await stage.db.query<{
    source: string;
    files: { name: string; sha256: string }[];
    rows: number;
  }>('SELECT * FROM collections WHERE run_id = $1', [run]);
  return found[0];
}

test('the objects that a pattern matches come in the order of their keys, and are recorded', async () => {
  await put('days/2.csv', csv(3));
  await put('days/1.csv.gz', gzipSync(csv(1, 2)));
  await put('days/é ü+%20(1).csv', csv(4));
  await put('days/', '');
  await put('days/more/5.csv', csv(5));
  const { run, dataset, numbers } = await collected(source('days/*.csv*'));
  expect(numbers).toEqual([1, 2, 3, 4]);
  expect(await recordOf(run)).toMatchObject({
    source: 's3://lake/days/*.csv*',
    dataset,
    rows: 4,
    files: ['days/1.csv.gz', 'days/2.csv', 'days/é ü+%20(1).csv'].map((key) => ({
      name: `s3://lake/${key}`,
      bytes: expect.any(Number) as unknown,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) as unknown,
    })),
  });
  expect((await collected(source(['days/**', 'days/2.csv']))).numbers).toEqual([1, 2, 3, 5, 4]);
});

test('what has not changed is not fetched again: of a list by its ETag, of a key by asking', async () => {
  await put('same/1.csv', csv(1));
  await put('same/2.csv', csv(2));
  const first = await collected(source('same/*'));
  expect(fetchedKeys()).toEqual(['/lake/same/1.csv', '/lake/same/2.csv']);
  asked.splice(0);
  expect((await collected(source('same/*'))).dataset).toBe(first.dataset);
  expect([asked.length, fetchedKeys()]).toEqual([1, []]);

  await put('same/2.csv', csv(7));
  expect((await collected(source('same/*'))).numbers).toEqual([1, 7]);
  expect(fetchedKeys()).toEqual(['/lake/same/2.csv']);

  const one = source('same/1.csv');
  const { run } = await collected(one);
  const file = (await recordOf(run))?.files[0];
  asked.splice(0);
  expect((await collected(one)).numbers).toEqual([1]);
  expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([expect.stringMatching(/^"[0-9a-f]{32}"$/)]);

  const digest = file?.sha256 ?? '';
  rmSync(join(stage.root, 'sha256', digest.slice(0, 2), digest.slice(2)), { force: true });
  asked.splice(0);
  expect((await collected(one)).numbers).toEqual([1]);
  expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined]);
});

test('two objects of the same bytes are two, in Parquet too', async () => {
  const path = join(folder, 'one.parquet');
  const scratch = { scratch: folder, signal: new AbortController().signal, reads: [] };
  await withDuckdb(scratch, (duck) => duck.writeParquet("SELECT TIMESTAMP '2001-01-01' AS at, 6 AS n", path));
  await put('twice/a.parquet', readFileSync(path));
  await put('twice/b.parquet', readFileSync(path));
  const twice = source('twice/*', { format: { kind: 'parquet' } });
  const { dataset, numbers } = await collected(twice);
  expect(numbers).toEqual([6, 6]);
  expect((await collected(twice)).dataset).toBe(dataset);
});

test('a key pair of a resource opens the bucket, and no record has it', async () => {
  await put('shut/1.csv', csv(1));
  const lake = { accessKeyId: 'S3RVER', secretAccessKey: 'canary-8812', sessionToken: 'canary-token', endpoint };
  const shut = source('shut/*', { resource: 'lake' });
  const { run } = await collected(shut, { lake });
  expect(asked[0]?.headers.authorization).toContain('Credential=S3RVER/');
  const { rows: all } = await stage.db.query<{ said: string }>(
    `SELECT row_to_json(c)::text || row_to_json(n)::text || row_to_json(l)::text AS said FROM collections c
     JOIN nodes n USING (run_id, address) JOIN lineage l USING (run_id, address) WHERE c.run_id = $1`,
    [run],
  );
  expect(all[0]?.said).toContain('s3://lake/shut/1.csv');
  expect(all[0]?.said).not.toContain('canary');
  expect(all[0]?.said).not.toContain('S3RVER');
  await expect(collected(shut)).rejects.toMatchObject({ type: 'PER_RUN_060' });
  const half = { lake: { accessKeyId: 'canary-8812' } };
  await expect(collected(shut, half)).rejects.toMatchObject({
    type: 'PER_RUN_061',
    message: expect.stringMatching(/^(?!.*canary).*secretAccessKey/s) as unknown,
  });
  const wrong = { lake: { ...lake, accessKeyId: 'NOBODY-KNOWN' } };
  await expect(collected(shut, wrong)).rejects.toMatchObject({ type: 'PER_DATA_049', nonRetryable: true });
});

test('what is not there, or may not be asked, is told by its own error, and nothing is recorded', async () => {
  await put('little/0.csv', '');
  await put('little/1.csv', csv(1));
  const counted = async () => (await stage.db.query<{ n: string }>('SELECT count(*) AS n FROM collections')).rows[0]?.n;
  const before = await counted();
  for (const [from, code] of [
    [source('little/*', { bucket: 'nowhere' }), 'PER_DATA_047'],
    [source('little/2.csv', { bucket: 'nowhere' }), 'PER_DATA_047'],
    [source('little/2.csv'), 'PER_DATA_048'],
    [source('little/*.json'), 'PER_DATA_001'],
    [source(['little/1.csv', 'little/0.csv']), 'PER_DATA_020'],
    [source('little/*', { maxBytes: 10 }), 'PER_DATA_034'],
    [source('little/1.csv', { maxBytes: 10 }), 'PER_DATA_034'],
    [source('little/1.csv', { endpoint: 'https://127.0.0.2' }), 'PER_DATA_030'],
    [source('little/1.csv', { endpoint: 'http://lake.example' }), 'PER_DATA_053'],
    [source('little/1.csv', { endpoint: 'https://me:canary@lake.example' }), 'PER_RUN_004'],
  ] as const) {
    await expect(collected(from)).rejects.toMatchObject({ type: code, nonRetryable: true });
  }
  expect(await counted()).toBe(before);
});

test('objects that are gone are collected no more, and one that had its key before is not taken for it', async () => {
  await put('gone/1.csv', csv(1));
  await put('gone/2.csv', csv(2));
  expect((await collected(source('gone/*'))).numbers).toEqual([1, 2]);
  await owner.send(new DeleteObjectCommand({ Bucket: 'lake', Key: 'gone/1.csv' }));
  expect((await collected(source('gone/*'))).numbers).toEqual([2]);
  await put('gone/1.csv', csv(2));
  expect((await collected(source('gone/*'))).numbers).toEqual([2, 2]);
});
