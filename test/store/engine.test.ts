// Danger: a run goes by a plan or config that nobody checked, runs without a record, or ends without its keeper knowing.
import { tmpdir } from 'node:os';
import { ApplicationFailure } from '@temporalio/common';
import type { Pool } from 'pg';
import { z } from 'zod';
import { createEngineActivities } from '../../activities/engine';
import { type Json, pipeline, planHash, step } from '../../core';
import type { EndRunArgument } from '../../core/interpret/activity';
import { diskArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { hasBegun } from '../../store/nodes/has-begun';
import { listNodes } from '../../store/nodes/list-nodes';
import { findRun } from '../../store/runs/find-run';
import { listOpenRuns } from '../../store/runs/list-open-runs';
import { listRuns } from '../../store/runs/list-runs';
import { notePaused } from '../../store/runs/note-paused';
import { createTestDatabase, type TestDatabase } from '../database';

jest.setTimeout(60_000);

const hello = step('hello', { input: z.object({ name: z.string() }), output: z.object({ text: z.string() }) });
const greet = pipeline('greet', {
  config: z.object({ name: z.string().min(2).default('you') }),
  graph: (g, config) => g.run(hello, { name: config.name }),
});
const greetTwice = pipeline('greet', {
  config: z.object({ name: z.string().min(2).default('you') }),
  graph: (g, config) => {
    g.run(hello, { name: config.name }, { id: 'first' });
    return g.run(hello, { name: config.name }, { id: 'second' });
  },
});

let database: TestDatabase;
let db: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

const worker = () => ({ db, build: 'b1', project: 'p1', artifacts: diskArtifacts(db, tmpdir()) });
const activities = (pipelines = [greet]) => createEngineActivities({ ...worker(), pipelines });
const resolve = (config: Json, plan = 'current', name = 'greet', pipelines = [greet]) =>
  activities(pipelines)['perennial.resolve-plan']({ pipeline: name, plan, config });

async function begin(run: string, changes: { model?: string; temporalRunId?: string; config?: Json } = {}) {
  const { hash } = await resolve({});
  await activities()['perennial.begin-run']({
    run,
    pipeline: 'greet',
    plan: hash,
    config: { name: 'you' },
    model: null,
    decisionId: null,
    parentRun: null,
    temporalRunId: 't1',
    ...changes,
  });
}

async function outboxOf(run: string): Promise<Json[]> {
  const { rows } = await db.query<{ payload: Json }>(`SELECT payload FROM outbox WHERE id = $1`, [`run-ended:${run}`]);
  return rows.map((row) => row.payload);
}

test('a plan is resolved with its hash, the config with its defaults', async () => {
  expect(await resolve({})).toEqual({ hash: planHash(greet.plan), plan: greet.plan, config: { name: 'you' } });
});

test('a plan that is no longer current is taken from the records, whole', async () => {
  const old = await resolve({ name: 'all' });
  const resolved = await resolve({ name: 'all' }, old.hash, 'greet', [greetTwice]);
  expect(resolved.plan).toEqual(greet.plan);
  expect(planHash(resolved.plan)).toBe(old.hash);
});

test.each([
  ['an unknown pipeline', 'PER_RUN_012', () => resolve({}, 'current', 'unheard-of'), 'known: greet'],
  ['a refused config', 'PER_RUN_013', () => resolve({ name: 'x' }), 'name: '],
  ['a plan that no run used', 'PER_RUN_014', () => resolve({}, 'f'.repeat(64)), 'ffff'],
])('%s is refused for good and by name', async (_, type, call, text) => {
  const failure: unknown = await call().catch((error: unknown) => error);
  if (!(failure instanceof ApplicationFailure)) throw new Error('expected a failure for Temporal');
  expect(failure).toMatchObject({ type, nonRetryable: true });
  expect(failure.message).toContain(text);
});

test('a plan whose record was tampered with is not run', async () => {
  const { hash } = await resolve({}, 'current', 'greet', [greetTwice]);
  await db.query(`UPDATE plans SET plan = jsonb_set(plan, '{onFailure}', '"finish-others"') WHERE hash = $1`, [hash]);
  await expect(resolve({}, hash)).rejects.toMatchObject({ type: 'PER_RUN_014' });
});

test('a run begins once however often it is told, and is reopened when Temporal starts it anew', async () => {
  await begin('r1');
  await begin('r1');
  expect(await findRun(db, 'r1')).toMatchObject({ status: 'running', build: 'b1', temporal_run_id: 't1' });
  await activities()['perennial.end-run']({
    run: 'r1',
    status: 'failed',
    reason: 'why',
    output: null,
    temporalRunId: 't1',
  });
  await begin('r1');
  expect((await findRun(db, 'r1'))?.status).toBe('failed');
  await begin('r1', { temporalRunId: 't2' });
  expect(await findRun(db, 'r1')).toMatchObject({ status: 'running', reason: null, temporal_run_id: 't2' });
  await expect(begin('r1', { config: { name: 'other' } })).rejects.toMatchObject({ type: 'PER_RUN_015' });
});

test('a run that was paused and is reset to its beginning is not paused; begun twice over it stays paused', async () => {
  await begin('held');
  await notePaused(db, 'held', { by: 'ana', reason: null, at: '2026-01-05T00:00:00.000Z' });
  await begin('held');
  expect((await findRun(db, 'held'))?.paused).toMatchObject({ by: 'ana' });
  await begin('held', { temporalRunId: 't2' });
  expect((await findRun(db, 'held'))?.paused).toBeNull();
});

test('a run that was closed and is reset to a point after its beginning ends as the reset one ended', async () => {
  const end = (argument: EndRunArgument) => activities()['perennial.end-run'](argument);
  const failed = { run: 'reset', status: 'failed', reason: 'why', output: null, temporalRunId: 't1' } as const;
  const completed = { run: 'reset', status: 'completed', reason: null, output: { text: 'hi' } } as const;
  await begin('reset');
  await end(failed);
  await end({ ...completed, temporalRunId: 't1' });
  expect(await findRun(db, 'reset')).toMatchObject({ status: 'failed', reason: 'why' });
  await end({ ...completed, temporalRunId: 't2' });
  const ended = await findRun(db, 'reset');
  expect(ended).toMatchObject({ status: 'completed', reason: null, output: { text: 'hi' }, temporal_run_id: 't2' });
  await end({ ...completed, temporalRunId: 't2' });
  expect(await findRun(db, 'reset')).toEqual(ended);
});

test('the end of a run that a keeper started is told to it, once; of another run to nobody', async () => {
  await begin('r2', { model: 'churn' });
  await begin('r3');
  for (const run of ['r2', 'r2', 'r3']) {
    await activities()['perennial.end-run']({
      run,
      status: 'completed',
      reason: null,
      output: { text: 'hi' },
      temporalRunId: 't1',
    });
  }
  expect(await findRun(db, 'r2')).toMatchObject({ status: 'completed', output: { text: 'hi' } });
  expect(await outboxOf('r2')).toMatchObject([{ model: 'churn', event: { runId: 'r2', status: 'completed' } }]);
  expect(await outboxOf('r3')).toEqual([]);
});

test('of several notes on one node the last counts, and a committed output is not taken back', async () => {
  await begin('r4');
  const node = { address: 'gate', node: 'gate', kind: 'approval' } as const;
  const engine = activities();
  await engine['perennial.note-node']({
    run: 'r4',
    notes: [
      { ...node, status: 'waiting', input: { show: 1 } },
      { ...node, status: 'completed', output: { approved: true } },
      { address: 'late', node: 'late', kind: 'step', status: 'skipped' },
    ],
  });
  await engine['perennial.note-node']({ run: 'r4', notes: [{ ...node, status: 'cancelled' }] });
  const nodes = await listNodes(db, 'r4', { limit: 10 });
  expect(nodes.find((n) => n.address === 'gate')).toMatchObject({ status: 'completed', input: { show: 1 } });
  expect(nodes.find((n) => n.address === 'late')).toMatchObject({ status: 'skipped', output: null });
});

test('what is given up has not begun by its record, told once or twice; what has waited has', async () => {
  const engine = activities();
  const gate = (address: string) => ({ address, node: 'gate', kind: 'approval' }) as const;
  const tell = (address: string, status: 'waiting' | 'cancelled') =>
    engine['perennial.note-node']({ run: 'r4', notes: [{ ...gate(address), status }] });
  await tell('given-up', 'cancelled');
  await tell('given-up', 'cancelled');
  await tell('waited', 'waiting');
  await tell('waited', 'cancelled');
  const begun = (await listNodes(db, 'r4', { limit: 10 })).filter(hasBegun).map(({ address }) => address);
  expect(begun).toContain('waited');
  expect(begun).not.toContain('given-up');
});

test('an answer is checked by its form, and a refused one says what is wrong', async () => {
  const engine = activities();
  const asked = { run: 'r', address: 'gate', pipeline: 'greet', node: 'gate', schema: null, by: null };
  const answer = { approved: true, by: 'ann' };
  expect(await engine['perennial.check-answer']({ ...asked, answer })).toMatchObject({ ...answer, note: null });
  const refused = engine['perennial.check-answer']({ ...asked, answer: { approved: 'yes', by: 'ann' } });
  await expect(refused).rejects.toMatchObject({ type: 'PER_RUN_016', nonRetryable: true });
  await expect(refused).rejects.toThrow('approved: ');
  const tooMuch = engine['perennial.check-answer']({ ...asked, answer: { ...answer, answer: 7 } });
  await expect(tooMuch).rejects.toThrow('yes or no only');
});

test('an answer is given only by those who may, and is what the approval asks for', async () => {
  const share = z.object({ share: z.number().min(0).max(1) }).refine((given) => given.share !== 0.5);
  const asking = pipeline('greet', {
    config: z.object({ name: z.string() }),
    graph: (g, config) =>
      g.run(hello, { name: config.name }, { after: g.approval('gate', { answer: share, by: ['ann'] }) }),
  });
  const node = asking.plan.body.nodes.find(({ id }) => id === 'gate');
  const schema = (node?.kind === 'approval' && node.answer) || null;
  const asked = { run: 'r', address: 'gate', pipeline: 'greet', node: 'gate', schema, by: ['ann'] };
  const check = (answer: Json, known = [asking]) =>
    createEngineActivities({ ...worker(), pipelines: known })['perennial.check-answer']({ ...asked, answer });
  const yes = (share: number, by = 'ann') => ({ approved: true, by, answer: { share } });
  expect(await check(yes(0.2))).toMatchObject({ by: 'ann', answer: { share: 0.2 } });
  await expect(check(yes(0.2, 'bob'))).rejects.toMatchObject({ type: 'PER_RUN_030', nonRetryable: true });
  await expect(check(yes(2))).rejects.toMatchObject({ type: 'PER_RUN_016' });
  await expect(check({ approved: true, by: 'ann' })).rejects.toMatchObject({ type: 'PER_RUN_016' });
  expect(await check({ approved: false, by: 'ann' })).toMatchObject({ approved: false, answer: null });
  // What JSON schema cannot say is held while the project still asks for it, and no longer when it has moved on.
  await expect(check(yes(0.5))).rejects.toMatchObject({ type: 'PER_RUN_016' });
  expect(await check(yes(0.5), [])).toMatchObject({ answer: { share: 0.5 } });
  await expect(check(yes(2), [])).rejects.toMatchObject({ type: 'PER_RUN_016' });
});

test('lists go page by page without losing or repeating a run', async () => {
  await Promise.all(Array.from({ length: 7 }, (_, i) => begin(`page-${i}`)));
  const all = (await listRuns(db, { limit: 100 })).map((run) => run.id);
  const seen: string[] = [];
  for (;;) {
    const last = seen.at(-1);
    const page = await listRuns(db, { limit: 3, ...(last === undefined ? {} : { before: last }) });
    if (page.length === 0) break;
    seen.push(...page.map((run) => run.id));
  }
  expect(seen).toEqual(all);
  const open = await listOpenRuns(db, { limit: 100 });
  expect(open.map((run) => run.id)).toEqual(expect.arrayContaining(['page-0', 'page-6']));
});
