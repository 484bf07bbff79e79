// Danger: the disk fills up in the middle, and half of a file, of a version or of an artifact is taken for the whole, stays
// for ever, or is told as a broken connection that is tried five times, or as a file that is damaged.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { z } from 'zod';
import { collectRows } from '../../../activities/collect/collect-rows';
import { findSource } from '../../../activities/collect/find-source';
import { diskBlobs } from '../../../store/artifacts/disk';
import { bench } from '../data/parquet';

const { work } = bench();
const project = join(__dirname, '../../..');

/** What the child does, each with what came of it. */
const CHILD = `
const { createServer } = require('node:http');
const { mkdirSync } = require('node:fs');
const { join } = require('node:path');
const { collectRows } = require('./activities/collect/collect-rows');
const { findSource } = require('./activities/collect/find-source');
const { download } = require('./activities/collect/http/download');
const { diskBlobs } = require('./store/artifacts/disk');
const [folder] = process.argv.slice(2);
const { signal } = new AbortController();
const records = [];
let asked = 0;
const outcome = (done) => done.then(() => 'done', (e) => [e.code, e.fault, e.retryable].join(' '));
async function collect(name) {
  const scratch = join(folder, 'scratch-' + name);
  mkdirSync(scratch);
  const source = await findSource({ kind: 'files', paths: [name], format: { kind: 'csv' } }, folder);
  const window = { from: '2001-01-01T00:00:00.000Z', to: '2002-01-01T00:00:00.000Z' };
  return collectRows({ scratch, signal, threads: 1 }, { source, columns: { at: 'timestamp', x: 'text' }, time: 'at', window });
}
(async () => {
  const server = createServer((_, response) => { asked += 1; response.end(Buffer.alloc(1e6)); });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const url = new URL('http://127.0.0.1:' + server.address().port + '/rows.csv');
  const limits = { allowed: ['127.0.0.1'], secretHeaders: {}, redirects: 3, stall: 10000, tries: 5, firstPause: 1 };
  const store = diskBlobs(join(folder, 'artifacts'), async ({ digest }) => void records.push(digest));
  const got = {
    download: await outcome(download({ url, to: join(folder, 'to'), signal, maxBytes: 1e7, ...limits })),
    unpacked: await outcome(collect('packed.csv.gz')),
    rows: await outcome(collect('plain.csv')),
    bytes: await outcome(store.putBytes(Buffer.alloc(1e6), 'dataset')),
    file: await outcome(store.putFile(join(folder, 'plain.csv'), 'dataset')),
  };
  console.log(JSON.stringify({ got, asked, records }));
  process.exit(0);
})();`;

const Said = z.object({ got: z.record(z.string(), z.string()), asked: z.int(), records: z.array(z.string()) });

/** In a process that may write no file longer than 100 kB: to it, a disk that has no more room. */
function inAChild(folder: string): z.infer<typeof Said> {
  const script = join(folder, 'child.cjs');
  const stdin = { contents: CHILD, resolveDir: project };
  buildSync({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: script, packages: 'external' });
  const shell = 'trap "" XFSZ; ulimit -f 100; exec "$0" "$@"';
  const env = { ...process.env, NODE_PATH: join(project, 'node_modules') };
  return Said.parse(
    JSON.parse(execFileSync('bash', ['-c', shell, process.execPath, script, folder], { encoding: 'utf8', env })),
  );
}

test('all that writes says so by one code, leaves no torn version or artifact, and works again when there is room', async () => {
  const folder = mkdtempSync(join(work.scratch, 'full-'));
  const lines = Array.from({ length: 40_000 }, (_, i) => `2001-01-01,${(i * 2_654_435_761) % 4_294_967_296}\n`);
  const text = `at,x\n${lines.join('')}`;
  writeFileSync(join(folder, 'plain.csv'), text);
  writeFileSync(join(folder, 'packed.csv.gz'), gzipSync(text));
  const { got, asked, records } = inAChild(folder);
  const refusal = 'PER_DATA_100 engine true';
  expect(got).toEqual({ download: refusal, unpacked: refusal, rows: refusal, bytes: refusal, file: refusal });
  // The server is not at fault, and is not asked five times; no artifact has a record, a name or a file.
  expect(asked).toBe(1);
  expect(records).toEqual([]);
  expect(readdirSync(join(folder, 'artifacts'), { recursive: true })).toEqual(['temporary']);

  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  const source = await findSource({ kind: 'files', paths: ['packed.csv.gz'], format: { kind: 'csv' } }, folder);
  const window = { from: '2001-01-01T00:00:00.000Z', to: '2002-01-01T00:00:00.000Z' };
  const columns = { at: 'timestamp', x: 'text' } as const;
  expect(await collectRows({ ...work, scratch }, { source, columns, time: 'at', window })).toMatchObject({
    rows: 40_000,
  });
  const store = diskBlobs(join(folder, 'artifacts'), () => Promise.resolve());
  expect((await store.read(await store.putFile(join(folder, 'plain.csv'), 'dataset'))).toString()).toBe(text);
});
