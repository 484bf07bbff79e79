// Danger: a cause that is lost or answered twice, a keeper that forgets when it is ended, a candidate that becomes
// champion twice or never, when the real workflow, the real records and the real outbox meet.
import { randomUUID } from 'node:crypto';
import { approve } from '../../../client/approve';
import { awaitRun } from '../../../client/await-run';
import { ensureSchedules } from '../../../client/schedules/sync-schedules';
import { reportCause } from '../../../client/report-cause';
import { keeperId, signalKeeper } from '../../../client/signal-keeper';
import { SEARCH_ATTRIBUTES } from '../../../client/search-attributes';
import { tickNow } from '../../../client/tick-now';
import type { KeeperState } from '../../../core/keep/state';
import { addOutboxRow } from '../../../store/outbox/add-outbox-row';
import { listDecisions, type RecordedDecision } from '../../../store/keeper/list-decisions';
import { championOf } from '../../../store/models/champion-of';
import { modelHistory } from '../../../store/models/model-history';
import { findRun } from '../../../store/runs/find-run';
import { reconcile } from '../../../workers/reconcile';
import { type Engine, eventually, startEngine } from './engine';

jest.setTimeout(60_000);

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(async () => {
  await engine.end();
});

const at = (day: number): string => new Date(Date.UTC(2001, 0, day)).toISOString();
const modelNamed = (name: string) => {
  const found = engine.project.models.find((model) => model.name === name);
  if (!found) throw new Error(`no toy is called ${name}`);
  return found;
};

/** Decisions, oldest first, once there are `count` of them. */
function decisions(model: string, count: number): Promise<RecordedDecision[]> {
  return eventually(async () => {
    const list = await listDecisions(engine.db, model, { limit: 1_000 });
    return list.length >= count ? list.reverse() : null;
  });
}
const inShort = (list: RecordedDecision[]) => list.map(({ action, rule }) => `${action}: ${rule}`);

function ask(model: string, day: number, idempotencyKey?: string) {
  const key = idempotencyKey === undefined ? {} : { idempotencyKey };
  return reportCause(engine, modelNamed(model), { kind: 'person', eventTime: at(day), ...key });
}

/** The run of a retrain that waits for its approval. */
async function waitingRun(model: string): Promise<string> {
  const [retrain] = await decisions(model, 1);
  const runId = retrain?.runId ?? '';
  await eventually(async () => {
    const { rows } = await engine.db.query(`SELECT 1 FROM nodes WHERE run_id = $1 AND status = 'waiting'`, [runId]);
    return rows.length > 0 ? true : null;
  });
  return runId;
}

test('a cause becomes a retrain, its candidate the champion, and every arrow is a row', async () => {
  const told = await ask('deploys', 32, 'first');
  const again = await ask('deploys', 32, 'first');
  expect([told.added, again.added, again.id]).toEqual([true, false, told.id]);

  const [retrain, outcome] = await decisions('deploys', 2);
  expect(retrain).toMatchObject({ action: 'retrain', rule: 'first-version', causeId: told.id, eventTime: at(32) });
  expect(outcome).toMatchObject({ id: `${retrain?.id}-outcome`, action: 'promote', version: 1, runId: retrain?.runId });
  expect(await championOf(engine.db, 'deploys')).toMatchObject({
    version: 1,
    seq: 1,
    decision_id: outcome?.id,
    by: 'keeper',
  });

  const runId = `deploys-retrain-${retrain?.id}`;
  expect(await awaitRun(engine, runId)).toMatchObject({ status: 'completed', pipeline: 'toy-retrain' });
  expect(await findRun(engine.db, runId)).toMatchObject({
    model: 'deploys',
    decision_id: retrain?.id,
    config: { occasion: { decisionId: retrain?.id, cause: 'person', at: at(32), window: null } },
  });
  const description = await engine.temporal.workflow.getHandle(runId).describe();
  expect(description.type).toBe('toy-retrain');
  const shown = description.typedSearchAttributes;
  expect([shown.get(SEARCH_ATTRIBUTES.model), shown.get(SEARCH_ATTRIBUTES.cause)]).toEqual(['deploys', 'person']);
  // A person asked, and no monitor has said anything yet.
  const keeper = await engine.temporal.workflow.getHandle(keeperId('deploys')).describe();
  expect(keeper.typedSearchAttributes.get(SEARCH_ATTRIBUTES.verdict)).toBeUndefined();
});

test('what the rules are against is refused with its reason, by event time', async () => {
  await ask('deploys', 40, 'too soon');
  const list = await decisions('deploys', 3);
  expect(list.at(-1)).toMatchObject({ action: 'refuse', rule: 'cool-down' });
  expect(list.at(-1)?.reason).toContain(at(46));
});

test("a version that the gate refused is declined with the gate's reason", async () => {
  await ask('declines', 32);
  const list = await decisions('declines', 2);
  expect(list.at(-1)).toMatchObject({ action: 'decline', rule: 'gate', reason: 'better by 0.01', version: 1 });
  expect(await championOf(engine.db, 'declines')).toBeNull();
});

test('a retrain that fails is closed as failed, and the next cause is taken', async () => {
  await ask('fails', 32, 'one');
  await decisions('fails', 2);
  await ask('fails', 33, 'two');
  const list = await decisions('fails', 4);
  expect(inShort(list)).toEqual([
    'retrain: first-version',
    'decline: run-failed',
    'retrain: first-version',
    'decline: run-failed',
  ]);
  expect(list[1]?.reason).toContain('the rows are gone');
});

test('a retrain whose run could not even begin is closed too', async () => {
  await ask('unknown', 32);
  const list = await decisions('unknown', 2);
  expect(list.at(-1)).toMatchObject({ action: 'decline', rule: 'run-failed' });
  expect(list.at(-1)?.reason).toContain('PER_RUN_012');
});

test('a keeper that was terminated gets its memory back and finishes what it had begun', async () => {
  const handle = engine.temporal.workflow.getHandle(keeperId('waits'));
  await ask('waits', 32, 'begin');
  const runId = await waitingRun('waits');
  await handle.terminate('an operator');
  await engine.db.query(`UPDATE outbox SET dispatched_at = NULL`);
  const pass = await reconcile(engine);
  const restarted = await eventually(async () => {
    const state = await handle.query<KeeperState>('state');
    return state.phase.at === 'retraining' ? state : null;
  });
  expect(restarted.phase).toMatchObject({ at: 'retraining', retrain: { runId, basis: 0 } });
  // The outbox, told to say everything again, may have been faster than the reconciler.
  expect(pass.keepersStarted).not.toContain('deploys');

  await ask('waits', 33, 'meanwhile');
  await decisions('waits', 2);
  await approve(engine, runId, { node: 'go', approved: true, by: 'ada' });
  expect(inShort(await decisions('waits', 3))).toEqual([
    'retrain: first-version',
    'refuse: retrain-running',
    'promote: rolled-out',
  ]);
  expect(await modelHistory(engine.db, 'waits', { limit: 10 })).toHaveLength(1);
  // Everything was told a second time: nothing was decided a second time.
  await eventually(async () => {
    const { rows } = await engine.db.query(`SELECT 1 FROM outbox WHERE dispatched_at IS NULL`);
    return rows.length === 0 ? true : null;
  });
  expect(await listDecisions(engine.db, 'fails')).toHaveLength(4);
  expect(await modelHistory(engine.db, 'deploys', { limit: 10 })).toHaveLength(1);
});

test('a run terminated in Temporal is closed by the second pass, and the keeper goes on', async () => {
  await ask('waits-too', 32, 'begin');
  const runId = await waitingRun('waits-too');
  await engine.temporal.workflow.getHandle(runId).terminate('an operator');
  const passes = [await reconcile(engine), await reconcile(engine)];
  expect(passes.flatMap((pass) => pass.closed)).toEqual([runId]);
  expect(await findRun(engine.db, runId)).toMatchObject({
    status: 'terminated',
    reason: 'It was terminated in Temporal.',
  });
  const { rows } = await engine.db.query(`SELECT status FROM nodes WHERE run_id = $1`, [runId]);
  expect(rows).toEqual([{ status: 'cancelled' }]);
  const list = await decisions('waits-too', 2);
  expect(list.at(-1)).toMatchObject({ action: 'decline', rule: 'run-failed' });
  await ask('waits-too', 33, 'next');
  expect((await decisions('waits-too', 3)).at(-1)).toMatchObject({ action: 'retrain' });
});

test('a run that was reset in Temporal stays open in the records, and its candidate is still rolled out', async () => {
  const runId = (await decisions('waits-too', 3)).at(-1)?.runId ?? '';
  const handle = engine.temporal.workflow.getHandle(runId);
  await eventually(async () => {
    const { rows } = await engine.db.query(`SELECT 1 FROM nodes WHERE run_id = $1 AND status = 'waiting'`, [runId]);
    return rows.length > 0 ? true : null;
  });
  const { runId: temporalRun } = await handle.describe();
  // The records are ahead of the history: what a local activity has written shows before its workflow task is completed.
  const firstTask = await eventually(async () => {
    const { events } = await handle.fetchHistory();
    return events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId ?? null;
  });
  const { runId: fresh } = await engine.temporal.workflowService.resetWorkflowExecution({
    namespace: engine.temporal.options.namespace,
    workflowExecution: { workflowId: runId, runId: temporalRun },
    reason: 'an operator',
    // All that followed the first workflow task is done again, and finds what was recorded.
    workflowTaskFinishEventId: firstTask,
    requestId: randomUUID(),
  });
  const { reset, closed } = await reconcile(engine);
  // The run may have begun anew, and said so itself, before the reconciler looked.
  expect([[], [runId]]).toContainEqual(reset);
  expect(closed).toEqual([]);
  await eventually(async () => {
    await approve(engine, runId, { node: 'go', approved: true, by: 'ada' });
    return true;
  });
  expect(inShort(await decisions('waits-too', 4)).at(-1)).toBe('promote: rolled-out');
  expect((await findRun(engine.db, runId))?.temporal_run_id).toBe(fresh);
});

test('with a retrain in flight a keeper keeps its history, and learns by asking of an end that nobody told it of', async () => {
  const handle = engine.temporal.workflow.getHandle(keeperId('asks'));
  await ask('asks', 32, 'begin');
  const runId = await waitingRun('asks');
  await handle.terminate('an operator');
  await engine.temporal.workflow.start('perennial.keeper', {
    workflowId: keeperId('asks'),
    taskQueue: 'perennial-cpu',
    args: [{ model: 'asks', askEvery: 100 }],
  });
  const { runId: history } = await handle.describe();
  for (let i = 0; i < 210; i += 1) {
    const cause = { id: `asks/drift/${i}`, kind: 'drift', version: 99, eventTime: at(32), evidence: null } as const;
    await signalKeeper(engine.temporal, 'asks', { type: 'cause', cause });
  }
  await decisions('asks', 211);
  expect((await handle.describe()).runId).toBe(history);
  // The run's record ends, and neither a signal nor a child's result says so.
  await engine.db.query(`UPDATE runs SET status = 'failed', reason = 'unheard', ended_at = now() WHERE id = $1`, [
    runId,
  ]);
  const list = await decisions('asks', 212);
  expect(list.at(-1)).toMatchObject({ action: 'decline', rule: 'run-failed', runId });
  await eventually(async () => ((await handle.describe()).runId === history ? null : true));
});

test('the schedule of a model reports one cause a tick, and keepers that are missing are started', async () => {
  const { models } = engine.project;
  await ensureSchedules(engine, { models, pipelines: [] });
  // A second time changes nothing: every worker does it.
  const { changes } = await ensureSchedules(engine, { models, pipelines: [] });
  const own = changes.filter(({ change }) => change !== 'delete');
  expect(own.map(({ change }) => change)).toEqual(models.map(() => 'none'));
  await tickNow(engine, 'long-lived');
  const [first] = await decisions('long-lived', 1);
  expect(first).toMatchObject({ action: 'retrain', cause: { kind: 'schedule' } });
  await expect(tickNow(engine, 'nobody')).rejects.toThrow('[PER_KEEP_006]');
  await decisions('long-lived', 2);
  // An event that is just being told starts it too: then it is ended once more.
  const keeper = engine.temporal.workflow.getHandle(keeperId('long-lived'));
  const started = await eventually(async () => {
    await keeper.terminate();
    const { keepersStarted } = await reconcile(engine);
    return keepersStarted.length > 0 ? keepersStarted : null;
  });
  expect(started).toEqual(['long-lived']);
});

test('a keeper starts a fresh history after many events and forgets nothing', async () => {
  const handle = engine.temporal.workflow.getHandle(keeperId('long-lived'));
  const before = (await handle.describe()).runId;
  for (let i = 0; i < 220; i += 1) {
    await signalKeeper(engine.temporal, 'long-lived', {
      type: 'cause',
      cause: { id: `long-lived/drift/${i}`, kind: 'drift', version: 99, eventTime: at(32), evidence: null },
    });
  }
  // Anybody may signal: what is no event is dropped, and the keeper lives.
  await handle.signal('event', 'retrain!');
  const list = await decisions('long-lived', 222);
  expect(new Set(list.map(({ id }) => id)).size).toBe(222);
  expect(list.slice(2).every(({ rule }) => rule === 'stale-version')).toBe(true);
  await eventually(async () => ((await handle.describe()).runId === before ? null : true));
  const state = await handle.query<KeeperState>('state');
  expect(state.lastRetrain?.decisionId).toBe(list[0]?.id);
  // The causes were a monitor's, so it can be found by them, in its new history too.
  expect((await handle.describe()).typedSearchAttributes.get(SEARCH_ATTRIBUTES.verdict)).toBe('alarm');
});

test('a row of the outbox that cannot be dispatched does not hold up the others', async () => {
  await addOutboxRow(engine.db, { id: 'nonsense', kind: 'cause', payload: { event: 'none' } });
  await ask('declines', 100);
  expect((await decisions('declines', 4)).at(-1)).toMatchObject({ action: 'decline', rule: 'gate' });
  const { rows } = await engine.db.query(`SELECT dispatched_at FROM outbox WHERE id = 'nonsense'`);
  expect(rows).toEqual([{ dispatched_at: null }]);
});
