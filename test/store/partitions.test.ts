// Danger: a ledger that says done of what is not, or not done of what is: a back-fill then leaves a hole, or does good work
// again. It is written in the transaction that ends a run.
import type { Pool } from 'pg';
import { openDb } from '../../store/db';
import { noteNodes } from '../../store/nodes/note-nodes';
import { listPartitions } from '../../store/partitions/list-partitions';
import { addPlan } from '../../store/plans/add-plan';
import { beginRerun } from '../../store/runs/begin-rerun';
import { beginRun, type NewRun } from '../../store/runs/begin-run';
import { endRun } from '../../store/runs/end-run';
import { createTestDatabase, type TestDatabase } from '../database';

jest.setTimeout(60_000);

const instant: unknown = expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/);
let database: TestDatabase;
let db: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  for (const hash of ['old', 'new']) {
    const body = { nodes: [], output: { op: 'literal', value: null } } as const;
    await addPlan(db, hash, { format: 1, pipeline: 'p', steps: {}, body, config: {}, onFailure: 'cancel' });
  }
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

function aRunOf(partition: string, id = `p:${partition}`, planHash = 'old'): NewRun & { parentRun: null } {
  const facts = { config: {}, build: 'b1', model: null, decisionId: null, parentRun: null };
  return { id, pipeline: 'p', planHash, partition, temporalRunId: `t-${id}`, ...facts };
}

async function nodes(run: string, ended: Record<string, 'completed' | 'failed'>): Promise<void> {
  const notes = Object.entries(ended).map(([address, status]) => ({
    address,
    node: /([^/[]*)[^/]*$/.exec(address)?.[1] ?? address,
    kind: 'wait' as const,
    status,
    ...(status === 'completed' && { output: 1 }),
  }));
  await noteNodes(db, run, notes);
}

async function look(partition: string) {
  const [facts] = await listPartitions(db, 'p', [partition]);
  return facts;
}

test('a partition that nobody has run is missing', async () => {
  expect(await look('none')).toEqual({ key: 'none', done: null, last: null, runs: 0, nodes: [] });
});

test('a run that completes has done the partition and its nodes, in the ledger at once', async () => {
  await beginRun(db, aRunOf('whole'));
  await nodes('p:whole', { extract: 'completed', 'per-seed': 'completed', 'per-seed[0]/train': 'completed' });
  expect(await look('whole')).toMatchObject({ done: null, last: { run: 'p:whole', status: 'running' }, nodes: [] });
  await endRun(db, { run: 'p:whole', status: 'completed', reason: null, output: 1 });
  expect(await look('whole')).toMatchObject({
    done: { run: 'p:whole', plan: 'old', build: 'b1', at: instant },
    last: { status: 'completed' },
    runs: 1,
    nodes: ['extract', 'per-seed'],
  });
});

test('a run that fails has done some nodes; the rerun that completes takes them over under the name of who did them', async () => {
  await beginRun(db, aRunOf('half'));
  await nodes('p:half', { extract: 'completed', train: 'failed' });
  await endRun(db, { run: 'p:half', status: 'failed', reason: 'train: no memory' });
  const failed = { done: null, last: { status: 'failed', reason: 'train: no memory' }, nodes: ['extract'] };
  expect(await look('half')).toMatchObject(failed);

  const again = { ...aRunOf('half', 'p:half:2', 'new'), build: 'b2', parentRun: 'p:half', rerun: {} };
  await beginRerun(db, again, ['extract']);
  await nodes('p:half:2', { train: 'completed' });
  await endRun(db, { run: 'p:half:2', status: 'completed', reason: null, output: 1 });
  expect(await look('half')).toMatchObject({
    done: { run: 'p:half:2', plan: 'new' },
    runs: 2,
    nodes: ['extract', 'train'],
  });
  const { rows } = await db.query(
    `SELECT node, run_id, plan_hash, build FROM partition_ledger WHERE partition = 'half' ORDER BY node`,
  );
  expect(rows).toEqual([
    { node: '', run_id: 'p:half:2', plan_hash: 'new', build: 'b2' },
    { node: 'extract', run_id: 'p:half', plan_hash: 'old', build: 'b1' },
    { node: 'train', run_id: 'p:half:2', plan_hash: 'new', build: 'b2' },
  ]);
});

test('a completed run that is reset and then fails has not done it any more', async () => {
  await beginRun(db, aRunOf('reset'));
  await endRun(db, { run: 'p:reset', status: 'completed', reason: null, output: 1, temporalRunId: 't-p:reset' });
  expect((await look('reset'))?.done).not.toBeNull();
  await beginRun(db, { ...aRunOf('reset'), temporalRunId: 'after the reset' });
  await endRun(db, { run: 'p:reset', status: 'failed', reason: 'no', temporalRunId: 'after the reset' });
  expect(await look('reset')).toMatchObject({ done: null, last: { status: 'failed' } });
});

test('a partition that was done stays done while it is run again, and when that fails', async () => {
  await beginRun(db, aRunOf('twice'));
  await endRun(db, { run: 'p:twice', status: 'completed', reason: null, output: 1 });
  await beginRun(db, aRunOf('twice', 'p:twice:2', 'new'));
  expect(await look('twice')).toMatchObject({
    done: { run: 'p:twice' },
    last: { run: 'p:twice:2', status: 'running' },
  });
  await endRun(db, { run: 'p:twice:2', status: 'failed', reason: 'no' });
  expect(await look('twice')).toMatchObject({ done: { run: 'p:twice' }, last: { status: 'failed' } });
});

test('a run of no partition leaves the ledger as it is', async () => {
  const { id, pipeline, planHash, config, build, temporalRunId } = aRunOf('x', 'plain');
  const none = { model: null, decisionId: null, parentRun: null };
  await beginRun(db, { id, pipeline, planHash, config, build, temporalRunId, ...none });
  await nodes('plain', { extract: 'completed' });
  await endRun(db, { run: 'plain', status: 'completed', reason: null, output: 1 });
  const { rows } = await db.query(`SELECT 1 FROM partition_ledger WHERE run_id = 'plain'`);
  expect(rows).toEqual([]);
});
