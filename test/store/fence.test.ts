// Danger: a worker that was thought dead comes back and commits over the one that replaced it.
import type { Pool } from 'pg';
import type { Json } from '../../core';
import { openDb } from '../../store/db';
import { failExecution } from '../../store/executions/fail-execution';
import { listExecutions } from '../../store/executions/list-executions';
import { sumCost } from '../../store/cost/sum-cost';
import { claimNode } from '../../store/nodes/claim-node';
import { claimNodes } from '../../store/nodes/claim-nodes';
import { COMMIT, type Commit, commitNode, commitValues, FENCED } from '../../store/nodes/commit-node';
import { commitNodes } from '../../store/nodes/commit-nodes';
import { listNodes } from '../../store/nodes/list-nodes';
import type { Claimant } from '../../store/nodes/node-row';
import { openNodeRecords } from '../../store/nodes/node-records';
import { recordNode } from '../../store/nodes/record-node';
import { closeRun } from '../../store/runs/close-run';
import { findRun } from '../../store/runs/find-run';
import { createTestDatabase, type TestDatabase } from '../database';
import { aRun } from './rows';

jest.setTimeout(60_000);

let database: TestDatabase;
let db: Pool;
const cost = { wallMs: 5, cpuMs: 2, peakRss: null, gpuMs: 0, estimated: true };

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 20 });
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

function claim(run: string, worker: string) {
  return claimNode(db, {
    run,
    address: 'a',
    node: 'a',
    step: 's',
    pool: 'cpu',
    input: { x: 1 },
    worker,
    device: null,
    attempt: 1,
  });
}

function claimant(run: string, address: string, input: Json): Claimant {
  return { run, address, node: address, step: 's', pool: 'cpu', input, worker: 'w', device: null, attempt: 1 };
}

async function fenceOf(run: string, worker: string): Promise<number> {
  const claimed = await claim(run, worker);
  if (claimed.kind !== 'claimed') throw new Error('expected a claim');
  return claimed.fence;
}

function asCommit(run: string, fence: number, output: string | null): Commit {
  return { run, address: 'a', fence, output, cache: { hit: false, differed: ['off'] }, cost, entry: null };
}

function commit(run: string, fence: number, output: string | null) {
  return commitNode(db, asCommit(run, fence, output));
}

async function outcomesOf(run: string) {
  return (await listExecutions(db, run, { limit: 10 })).map((e) => e.outcome);
}

test('of two that claim the same node the older one cannot commit, before or after the newer one has', async () => {
  const run = await aRun(db, 'two');
  const older = await fenceOf(run, 'w1');
  const newer = await fenceOf(run, 'w2');
  expect(newer).toBeGreaterThan(older);
  expect(await commit(run, older, 'old')).toBe(false);
  expect(await commit(run, newer, 'new')).toBe(true);
  expect(await commit(run, older, 'old')).toBe(false);
  expect(await claim(run, 'w3')).toEqual({ kind: 'committed', output: 'new' });
  expect(await outcomesOf(run)).toEqual(['fenced-off', 'committed']);
});

test('a committed JSON null counts as committed', async () => {
  const run = await aRun(db, 'null');
  expect(await commit(run, await fenceOf(run, 'w1'), null)).toBe(true);
  expect(await claim(run, 'w2')).toEqual({ kind: 'committed', output: null });
});

test('of twenty that claim at once each gets a number of its own, and one commit stands', async () => {
  const run = await aRun(db, 'twenty');
  const fences = await Promise.all(Array.from({ length: 20 }, (_, i) => fenceOf(run, `w${i}`)));
  expect(new Set(fences).size).toBe(20);
  const stood = await Promise.all(fences.map((fence) => commit(run, fence, `by ${fence}`)));
  expect(stood.filter(Boolean)).toHaveLength(1);
  expect(await claim(run, 'w')).toEqual({ kind: 'committed', output: `by ${Math.max(...fences)}` });
});

test('control: the same statement without its fence lets the older execution commit over the newer', async () => {
  const run = await aRun(db, 'control');
  const older = await fenceOf(run, 'w1');
  const newer = await fenceOf(run, 'w2');
  expect(await commit(run, newer, 'new')).toBe(true);
  expect(COMMIT.split(FENCED)).toHaveLength(2);
  const unfenced = await db.query(COMMIT.replace(FENCED, ''), commitValues(asCommit(run, older, 'old')));
  expect(unfenced.rowCount).toBe(1);
  expect(await claim(run, 'w3')).toEqual({ kind: 'committed', output: 'old' });
  expect(await outcomesOf(run)).toEqual(['committed', 'committed']);
});

test('an execution that commits again, not having heard that it had, stays committed', async () => {
  const run = await aRun(db, 'lost-reply');
  const fence = await fenceOf(run, 'w1');
  expect(await commit(run, fence, 'once')).toBe(true);
  expect(await commit(run, fence, 'once')).toBe(false);
  expect(await outcomesOf(run)).toEqual(['committed']);
});

test('an execution of a run that was closed meanwhile cannot commit; after a reset the next one can', async () => {
  const run = await aRun(db, 'closed-late');
  const fence = await fenceOf(run, 'w1');
  await closeRun(db, { run, status: 'terminated', reason: 'by an operator' });
  expect(await commit(run, fence, 'late')).toBe(false);
  expect((await listNodes(db, run, { limit: 5 }))[0]).toMatchObject({ status: 'cancelled', output: null });
  expect(await outcomesOf(run)).toEqual(['fenced-off']);
  expect(await commit(run, await fenceOf(run, 'w2'), 'again')).toBe(true);
});

test('a failed execution leaves the node open for the next one, and its cost is kept', async () => {
  const run = await aRun(db, 'failed');
  const error = { type: 'E', message: 'm', fault: 'user', retryable: true } as const;
  const first = await fenceOf(run, 'w1');
  await failExecution(db, { run, address: 'a', fence: first, outcome: 'failed', error, cost, final: false });
  expect((await listNodes(db, run, { limit: 5 }))[0]).toMatchObject({ status: 'running', error });
  await commit(run, await fenceOf(run, 'w2'), 'ok');
  expect((await listNodes(db, run, { limit: 5 }))[0]).toMatchObject({ status: 'completed', error: null, output: 'ok' });
  expect(await sumCost(db, run)).toMatchObject({ executions: 2, wall_ms: 10, estimated: true });
});

test('an execution that was overtaken cannot mark the node as failed', async () => {
  const run = await aRun(db, 'late-failure');
  const error = { type: 'E', message: 'm', fault: 'user', retryable: false } as const;
  const older = await fenceOf(run, 'w1');
  await fenceOf(run, 'w2');
  await failExecution(db, { run, address: 'a', fence: older, outcome: 'failed', error, cost, final: true });
  expect((await listNodes(db, run, { limit: 5 }))[0]).toMatchObject({ status: 'running', error: null });
});

test('a run that is closed takes its open nodes along, and is closed once', async () => {
  const run = await aRun(db, 'closed', 'churn');
  await fenceOf(run, 'w1');
  expect(await closeRun(db, { run, status: 'terminated', reason: 'by an operator' })).toBe('churn');
  expect(await closeRun(db, { run, status: 'completed', reason: null, output: 1 })).toBeUndefined();
  expect(await findRun(db, run)).toMatchObject({ status: 'terminated', reason: 'by an operator' });
  expect((await listNodes(db, run, { limit: 5 }))[0]?.status).toBe('cancelled');
  expect((await listExecutions(db, run, { limit: 5 }))[0]?.outcome).toBe('lost');
});

/** Outputs that a text form of arrays could tear. */
const NASTY: readonly Json[] = [
  null,
  'null',
  '{"a": "\\\\"}',
  "it's",
  '{,}',
  ['"', '\\', []],
  { 'a,b': null },
  'é\u2028🙂',
  0,
  false,
];

test('what goes in one statement comes out as if each had gone by itself', async () => {
  const run = await aRun(db, 'together');
  const by = (i: number) => claimant(run, `n${i}`, NASTY[i] ?? null);
  // The first has been claimed before, the second is committed already.
  await claimNode(db, by(0));
  await recordNode(db, by(1), { output: 'early', cache: { hit: false, differed: ['off'] }, cost, entry: null });
  const claims = await claimNodes(
    db,
    NASTY.map((_, i) => ({ by: by(i), cache: null })),
  );
  expect(claims).toEqual(
    NASTY.map((_, i) =>
      i === 1 ? { kind: 'committed', output: 'early' } : { kind: 'claimed', fence: i === 0 ? 2 : 1 },
    ),
  );
  // The first commits with a fence that is not the newest.
  const entry = { key: `${run}-key`, step: 's', parts: { code: 'c', input: 'i', environment: 'e' } };
  const commits = NASTY.map((output, i) => ({ ...asCommit(run, 1, null), address: `n${i}`, output, entry }));
  expect(await commitNodes(db, commits)).toEqual(NASTY.map((_, i) => i > 1));
  const nodes = await listNodes(db, run, { limit: 20 });
  const found = new Map(nodes.map(({ address, output, status, input }) => [address, { output, status, input }]));
  for (const [i, value] of NASTY.entries()) {
    const output = [null, 'early'][i] ?? value;
    expect(found.get(`n${i}`)).toEqual({ input: value, output, status: i === 0 ? 'running' : 'completed' });
  }
  const outcomes = (await listExecutions(db, run, { limit: 20 })).map((e) => [e.address, e.fence, e.outcome]);
  expect(outcomes.slice(0, 4)).toEqual([
    ['n0', 1, 'fenced-off'],
    ['n0', 2, null],
    ['n1', 1, 'committed'],
    ['n2', 1, 'committed'],
  ]);
  const { rows } = await db.query('SELECT output FROM cache_entries WHERE key = $1', [entry.key]);
  expect(rows).toEqual([{ output: NASTY.at(-1) }]);
});

test('an execution has the device that it was claimed with, alone or in a group, and one without has none', async () => {
  const run = await aRun(db, 'devices');
  const devices = ['GPU-8', null, 'MIG-1/2', '7'];
  const [first, ...others] = devices.map((device, i) => ({ ...claimant(run, `n${i}`, null), device }));
  if (first !== undefined) await claimNode(db, first);
  await claimNodes(
    db,
    others.map((by) => ({ by, cache: null })),
  );
  const executions = await listExecutions(db, run, { limit: 10 });
  expect(executions.map(({ device }) => device)).toEqual(devices);
});

test('in a group, one that belongs to no run is refused alone', async () => {
  const run = await aRun(db, 'stranger');
  const records = openNodeRecords(db);
  const ended = await Promise.allSettled(
    [run, 'no such run', run].map((of, i) => records.claim(claimant(of, `n${i}`, null), null)),
  );
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('twenty at once through the records of a worker: each has a fence of its own, and one commit stands', async () => {
  const run = await aRun(db, 'grouped');
  const records = openNodeRecords(db);
  const claims = await Promise.all(Array.from({ length: 20 }, () => records.claim(claimant(run, 'a', null), null)));
  const fences = claims.map((claimed) => (claimed.kind === 'claimed' ? claimed.fence : 0));
  expect(new Set(fences).size).toBe(20);
  const stood = await Promise.all(fences.map((fence) => records.commit(asCommit(run, fence, `by ${fence}`))));
  expect(stood.filter(Boolean)).toHaveLength(1);
  expect(stood[fences.indexOf(Math.max(...fences))]).toBe(true);
});
