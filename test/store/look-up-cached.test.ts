// Danger: what is looked up without the pool's workers is another answer than theirs: by the word of one that is gone
// and was contradicted, of another build or project; over an output that the node has committed, or over its end; or more
// than a run's history may take in at once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { type LookUpDependencies, lookUpCached } from '../../activities/look-up-cached';
import { keyOf } from '../../activities/run-step/cache-key';
import type { Json } from '../../core';
import type { NodeNote } from '../../core/interpret';
import { diskArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { listExecutions } from '../../store/executions/list-executions';
import { claimNode } from '../../store/nodes/claim-node';
import { findNode } from '../../store/nodes/find-node';
import { giveOutput } from '../../store/nodes/give-output';
import { noteNodes } from '../../store/nodes/note-nodes';
import { recordNode } from '../../store/nodes/record-node';
import { type OwnParts, seeWorker } from '../../store/workers/see-worker';
import { removeWorker } from '../../store/workers/remove-worker';
import { createFigures } from '../../workers/telemetry/figures';
import { countEngine } from '../../workers/telemetry/observe';
import { createTestDatabase, type TestDatabase } from '../database';
import { aRun } from './rows';
import { quiet } from './step-stage';

let database: TestDatabase;
let db: Pool;
let folder: string;
let dependencies: LookUpDependencies;

const own: OwnParts = { code: 'code', environment: 'environment' };
const cost = { wallMs: 1, cpuMs: 1, peakRss: null, gpuMs: 0, estimated: true };
const gpu = (id: string) => ({ id, pool: 'gpu', build: 'b', project: 'p' });

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 5 });
  folder = await mkdtemp(join(tmpdir(), 'perennial-look-up-'));
  dependencies = { db, artifacts: diskArtifacts(db, folder), build: 'b', project: 'p' };
  await aRun(db, 'before');
});

afterAll(async () => {
  await db.end();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await db.query('TRUNCATE pool_steps, workers');
  await seeWorker(db, gpu('a:1'), [{ step: 'fit', ...own }]);
});

const claimant = (run: string, address: string, input: Json) => ({
  ...{ run, address, node: 'fit', step: 'fit', pool: 'gpu', input, worker: 'w', device: null, attempt: 1 },
});

/** Puts an output into the cache, as an execution would. */
async function keep(address: string, input: Json, output: Json, parts = own): Promise<void> {
  const reason = { hit: false, differed: ['first'] } as const;
  const entry = keyOf('fit', input, parts);
  await recordNode(db, claimant('before', address, input), { output, cache: reason, cost, entry });
}

async function look(run: string, inputs: readonly Json[], at: Partial<LookUpDependencies> = {}, pool = 'gpu') {
  await aRun(db, run);
  const nodes = inputs.map((input, i) => ({ address: `fit-${i}`, node: 'fit', step: 'fit', pool, input }));
  return lookUpCached({ ...dependencies, ...at }, { run, nodes });
}

test('each node is answered by itself, and a hit is recorded with where it comes from and no cost', async () => {
  await keep('one', 1, { n: 1 });
  await keep('nothing', 0, null);
  expect((await look('mixed', [1, 2, 0])).answers).toEqual([{ output: { n: 1 } }, null, { output: null }]);
  expect(await findNode(db, 'mixed', 'fit-0')).toMatchObject({
    ...{ step: 'fit', pool: 'gpu', status: 'completed', input: 1, fence: 1 },
    cache: { hit: true, from: { run: 'before', address: 'one' } },
  });
  expect(await findNode(db, 'mixed', 'fit-1')).toBeNull();
  const { rows } = await db.query(`SELECT wall_ms, cpu_ms, gpu_ms FROM cost_entries WHERE run_id = 'mixed'`);
  expect(rows).toEqual([1, 2].map(() => ({ wall_ms: 0, cpu_ms: 0, gpu_ms: 0 })));
});

test.each<[string, Partial<LookUpDependencies>, string]>([
  ['another build', { build: 'c' }, 'gpu'],
  ['another project', { project: 'q' }, 'gpu'],
  ['another pool', {}, 'tpu'],
])('what was announced for %s does not count', async (what, at, pool) => {
  await keep('one', 1, { n: 1 });
  expect((await look(what, [1], at, pool)).answers).toEqual([null]);
});

test('of workers that are there and disagree none is believed; one that is gone does not stand against the next', async () => {
  await keep('one', 1, { n: 1 });
  const other = [{ step: 'fit', code: 'other', environment: 'environment' }];
  await seeWorker(db, gpu('b:1'), [{ step: 'fit', ...own }]);
  expect((await look('agreed', [1])).answers).toEqual([{ output: { n: 1 } }]);
  await seeWorker(db, gpu('c:1'), other);
  expect((await look('contested', [1])).answers).toEqual([null]);
  for (const id of ['a:1', 'b:1', 'c:1']) await removeWorker(db, id);
  expect((await look('contested for ever', [1])).answers).toEqual([null]);
  await seeWorker(db, gpu('d:1'), other);
  expect((await look('edited', [1])).answers).toEqual([null]);
  await removeWorker(db, 'd:1');
  await keep('two', 1, { n: 2 }, { ...own, code: 'other' });
  expect((await look('without', [1])).answers).toEqual([{ output: { n: 2 } }]);
});

test('a worker that announces again takes back what it said', async () => {
  await keep('one', 1, { n: 1 });
  expect((await look('said', [1])).answers).toEqual([{ output: { n: 1 } }]);
  await seeWorker(db, gpu('a:1'), [{ step: 'fit', ...own, code: 'edited' }]);
  expect((await look('taken-back', [1])).answers).toEqual([null]);
});

test('a word without steps takes nothing back: neither what its worker has announced nor what one that is gone has', async () => {
  await keep('one', 1, { n: 1 });
  await seeWorker(db, gpu('a:1'));
  expect((await look('still there', [1])).answers).toEqual([{ output: { n: 1 } }]);
  await removeWorker(db, 'a:1');
  await seeWorker(db, gpu('b:1'));
  expect((await look('gone', [1])).answers).toEqual([{ output: { n: 1 } }]);
});

test('a node that has committed gives what it has; an execution that has not is overtaken', async () => {
  await keep('one', 1, { n: 1 });
  await aRun(db, 'done');
  await recordNode(db, claimant('done', 'fit-0', 1), {
    ...{ output: { n: 'its own' }, cache: { hit: false, differed: ['off'] }, cost, entry: null },
  });
  expect((await look('done', [1])).answers).toEqual([{ output: { n: 'its own' } }]);
  await aRun(db, 'running');
  await claimNode(db, claimant('running', 'fit-0', 1));
  expect((await look('running', [1])).answers).toEqual([{ output: { n: 1 } }]);
  expect((await listExecutions(db, 'running', { limit: 5 })).map((e) => e.outcome)).toEqual(['lost', 'committed']);
});

test.each<[string, NodeNote['status']]>([
  ['was cancelled', 'cancelled'],
  ['has failed', 'failed'],
  ['was skipped', 'skipped'],
])('a node that %s during the look-up stays so, and is no hit', async (what, status) => {
  await keep('one', 1, { n: 1 });
  await aRun(db, what);
  await noteNodes(db, what, [{ address: 'fit-0', node: 'fit', kind: 'step', status }]);
  const before = await findNode(db, what, 'fit-0');
  expect((await look(what, [1])).answers).toEqual([null]);
  expect(before).toMatchObject({ status, output: null });
  expect(await findNode(db, what, 'fit-0')).toEqual(before);
  expect(await listExecutions(db, what, { limit: 5 })).toEqual([]);
});

test('an output that a person gave during the look-up stays, and is the answer', async () => {
  await keep('one', 1, { n: 1 });
  await aRun(db, 'given');
  const given = { by: 'ana', reason: null, at: '2026-01-01T00:00:00.000Z' };
  const by = { run: 'given', address: 'fit-0', node: 'fit', step: 'fit', pool: 'gpu', output: { n: 70 }, given };
  expect(await giveOutput(db, by)).toBe(true);
  expect((await look('given', [1])).answers).toEqual([{ output: { n: 70 } }]);
  expect(await findNode(db, 'given', 'fit-0')).toMatchObject({ output: { n: 70 }, given, cache: null });
});

test('a hand-written node that has committed gives what it has to the same question, and to another one a miss', async () => {
  await keep('one', 1, { n: 1 });
  await keep('two', 2, { n: 2 });
  await look('written', [1]);
  const asked = (input: Json) => {
    const nodes = [{ address: 'fit-0', node: 'fit', step: 'fit', pool: 'gpu', input }];
    return lookUpCached(dependencies, { run: 'written', nodes, handWritten: true });
  };
  expect((await asked(1)).answers).toEqual([{ output: { n: 1 } }]);
  expect((await asked(2)).answers).toEqual([null]);
  expect(await findNode(db, 'written', 'fit-0')).toMatchObject({ input: 1, output: { n: 1 } });
});

test('an answer is about as many nodes as a message takes; nothing is recorded of the others', async () => {
  const output = 'x'.repeat(60_000);
  const inputs = Array.from({ length: 20 }, (_, i) => ({ i, large: true }));
  for (const [i, input] of inputs.entries()) await keep(`large-${i}`, input, output);
  const { answers, bytes } = await look('large', inputs);
  expect(answers).toHaveLength(8);
  expect(bytes).toBeLessThan(512 * 1024);
  expect(await findNode(db, 'large', 'fit-8')).toBeNull();
  expect((await look('huge', ['y'.repeat(1_000_000), 1])).answers).toEqual([null]);
});

test('a hit in a shard of a map is counted for the pipeline of its plan', async () => {
  await keep('eleven', 11, { n: 11 });
  await keep('twelve', 12, { n: 12 });
  const slots = { slots: () => 1, slotsUsed: () => 0 };
  const figures = createFigures({ pool: 'cpu', build: 'b', ...slots, outbox: () => Promise.resolve(null) });
  const observer = countEngine(figures, (plan) => (plan === 'plan' ? 'pipeline-of-the-plan' : null));
  const findings = await quiet({ workflowType: 'perennial.map-shard' }).run(() =>
    look('shard', [11, 12, 13], { observer }),
  );
  expect(findings).toMatchObject({ answers: [{ output: { n: 11 } }, { output: { n: 12 } }, null] });
  const text = await figures.registry.metrics();
  expect(text).toContain(
    'perennial_executions_total{pipeline="pipeline-of-the-plan",step="fit",pool="gpu",outcome="cached"} 2',
  );
});
