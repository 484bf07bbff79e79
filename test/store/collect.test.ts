// Danger: a file is fetched again and again, or not again when it has changed; rows are collected twice, or never; a key that
// opened a source stands in records.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectSteps } from '../../activities/collect';
import { openResources } from '../../activities/run-step/resources';
import type { Json } from '../../core';
import { collect } from '../../steps';
import { type Execution, setStepStage, type StepStage } from './step-stage';

jest.setTimeout(120_000);

let stage: StepStage;
const project = mkdtempSync(join(tmpdir(), 'perennial-collect-'));
const asked: IncomingMessage[] = [];
const file = { text: 'at,n\n2001-01-01,1\n', etag: '"v1"' };
const server = createServer((request, response) => {
  asked.push(request);
  if (request.headers['if-none-match'] === file.etag) response.writeHead(304).end();
  else response.writeHead(200, { 'content-length': file.text.length, etag: file.etag }).end(file.text);
});

beforeAll(async () => {
  stage = await setStepStage('collect', [collectSteps]);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  Object.assign(process.env, {
    DATABASE_URL: stage.databaseUrl,
    PERENNIAL_PROJECT: project,
    PERENNIAL_COLLECT_HOSTS: '127.0.0.1',
  });
});

afterAll(async () => {
  await new Promise((done) => server.close(done));
  await stage.end();
  rmSync(project, { recursive: true, force: true });
});

const window = { from: '2001-01-01T00:00:00.000Z', to: '2002-01-01T00:00:00.000Z' };
const rows = { columns: { at: 'timestamp', n: 'integer' }, time: 'at', window };

async function collected(source: Json, more: Readonly<Record<string, Json>> = {}, execution: Execution = {}) {
  const { run, output } = await stage.execute('collect', { source, ...rows, ...more }, execution);
  return { run, ...collect.output.parse(output) };
}

async function recorded(run: string): Promise<unknown> {
  const { rows: found } = await stage.db.query('SELECT * FROM collections WHERE run_id = $1', [run]);
  return found[0];
}

describe('a file of a server', () => {
  const http = (more: Readonly<Record<string, Json>> = {}): Json => ({
    kind: 'http',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows.csv?signature=hidden`,
    format: { kind: 'csv' },
    ...more,
  });

  test('is recorded with its digest, and taken from the store while it has not changed', async () => {
    const first = await collected(http());
    expect(await recorded(first.run)).toMatchObject({
      source: expect.stringMatching(/rows\.csv$/) as unknown,
      dataset: first.dataset,
      rows: 1,
      files: [{ bytes: file.text.length, etag: '"v1"', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown }],
    });
    expect((await collected(http())).dataset).toBe(first.dataset);
    expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"']);

    Object.assign(file, { text: 'at,n\n2001-01-02,2\n', etag: '"v2"' });
    expect(await collected(http())).toMatchObject({ rows: 1, from: '2001-01-02T00:00:00.000Z' });
  });

  test('is fetched again when the store has lost it', async () => {
    const { run } = await collected(http());
    const { rows: kept } = await stage.db.query<{ sha256: string }>(
      `SELECT files -> 0 ->> 'sha256' AS sha256 FROM collections WHERE run_id = $1`,
      [run],
    );
    const digest = kept[0]?.sha256 ?? '';
    rmSync(join(stage.root, 'sha256', digest.slice(0, 2), digest.slice(2)), { force: true });
    expect((await collected(http())).rows).toBe(1);
    expect(asked.at(-1)?.headers['if-none-match']).toBeUndefined();
  });

  test('is asked for with the headers of a resource, which no record has', async () => {
    const resources = await openResources([collect], [], { lake: { authorization: 'Bearer canary-7731' } });
    const { run } = await collected(
      http({ headers: 'lake' }),
      {},
      { dependencies: { ...stage.dependencies, resources } },
    );
    expect(asked.at(-1)?.headers.authorization).toBe('Bearer canary-7731');
    const { rows: all } = await stage.db.query<{ said: string }>(
      `SELECT row_to_json(c)::text || row_to_json(n)::text || row_to_json(l)::text AS said FROM collections c
       JOIN nodes n USING (run_id, address) JOIN lineage l USING (run_id, address) WHERE c.run_id = $1`,
      [run],
    );
    expect(all[0]?.said).not.toContain('canary');
    const { rows: collections } = await stage.db.query<{ said: string }>(
      'SELECT (row_to_json(c)::text || row_to_json(l)::text) AS said FROM collections c JOIN lineage l USING (run_id, address)',
    );
    expect(collections.map(({ said }) => said).join()).not.toContain('hidden');
    await expect(collected(http({ headers: 'lake' }))).rejects.toMatchObject({ type: 'PER_RUN_060' });
  });

  test('of a host that the operator has not named is refused, and not asked again', async () => {
    process.env['PERENNIAL_COLLECT_HOSTS'] = 'other.example';
    await expect(collected(http())).rejects.toMatchObject({ type: 'PER_DATA_030', nonRetryable: true });
    process.env['PERENNIAL_COLLECT_HOSTS'] = '127.0.0.1';
  });

  test('has no key in its address', async () => {
    const url = 'https://me:canary@example.org/rows.csv';
    await expect(collected(http({ url }))).rejects.toMatchObject({ type: 'PER_RUN_004' });
  });
});

describe('fresh data', () => {
  const write = (...lines: string[]): void =>
    writeFileSync(join(project, 'rows.csv'), ['at,n', ...lines, ''].join('\n'));
  const source = { kind: 'files', paths: ['rows.csv'], format: { kind: 'csv' } };

  test('is what is newer than the newest that the pipeline has collected from the source, to the microsecond', async () => {
    write('2001-01-01,1', '2001-01-02T00:00:00.000001Z,2');
    expect((await collected(source, { fresh: true })).rows).toBe(2);
    write('2001-01-01,1', '2001-01-02T00:00:00.000001Z,2', '2001-01-02T00:00:00.000002Z,3');
    expect((await collected(source, { fresh: true })).rows).toBe(1);
    await expect(collected(source, { fresh: true })).rejects.toMatchObject({
      type: 'PER_DATA_043',
      nonRetryable: true,
    });
    // An older window collected afterwards does not set it back.
    await collected(source, { window: { ...window, to: '2001-01-02T00:00:00.000Z' } });
    await expect(collected(source, { fresh: true })).rejects.toMatchObject({ type: 'PER_DATA_043' });
    expect((await collected(source)).rows).toBe(3);
  });

  test('is counted for each source by itself', async () => {
    const other = { ...source, paths: ['./rows.csv'] };
    expect((await collected(other, { fresh: true })).rows).toBe(3);
  });
});
