// Danger: an operator acts in Temporal's UI, behind the engine's back and at any moment of a run: terminates, cancels or
// resets it, ends a shard of it, signals it, answers it with nonsense. The records say `running` for ever, the keeper waits
// for a run that is gone, or the run is lost although nobody ended it. Or a worker's clock jumps, and fences, time-outs or
// the order of the records go by it. Of that clock only `Date` in the worker's JavaScript is moved, which is what the engine and
// its steps could go by: not the machine's clock, nor that of the SDK's native part, of Temporal or of Postgres.
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import fc from 'fast-check';
import pino from 'pino';
import { z } from 'zod';
import { approve } from '../../client/approve';
import { listExecutions } from '../../store/executions/list-executions';
import { findRun } from '../../store/runs/find-run';
import { reconcile } from '../../workers/reconcile';
import { ChaosReport } from './report';
import { eventually, Surroundings } from './surroundings';

jest.setTimeout(180_000);

const SEED = 1;
const ROUNDS = 4;
/** What an operator does, with how the run must end and what its record must say. */
const ACTS = {
  terminate: { status: 'terminated', reason: /^It was terminated in Temporal\.$/ },
  cancel: { status: 'cancelled', reason: /cancel/i },
  'terminate a shard': { status: 'failed', reason: /was terminated/ },
  reset: { status: 'completed', reason: null },
  signal: { status: 'completed', reason: null },
  'answer with nonsense': { status: 'completed', reason: null },
} as const;
type Act = keyof typeof ACTS;
const acts: readonly Act[] = ['terminate', 'cancel', 'terminate a shard', 'reset', 'signal', 'answer with nonsense'];
const yes = { node: 'sign', approved: true, by: 'ana' };
const NONSENSE: readonly (readonly [unknown])[] = [
  [null],
  ['yes'],
  [{ node: 'sign' }],
  [{ ...yes, approved: 'perhaps' }],
  [{ ...yes, by: 'bob' }],
  [{ ...yes, node: 'nowhere' }],
  [{ ...yes, answer: { share: 1 } }],
];

/** Each act at as many moments, told by how many events the run's history has; `share` picks where a reset goes back to. */
const MOMENTS = fc
  .sample(fc.record({ events: fc.integer({ min: 1, max: 40 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    seed: SEED,
    numRuns: ROUNDS * acts.length,
  })
  .map((moment, i) => ({ ...moment, act: acts[i % acts.length] ?? 'terminate', run: `operated-${i}` }));

const report = new ChaosReport('operator', { seed: SEED, minimumLanded: MOMENTS.length - 2 });
const Output = z.object({ n: z.int(), clock: z.number() });
const log = pino({ level: 'silent' });
let around: Surroundings;

beforeAll(async () => {
  around = await Surroundings.open('operator-project');
  await around.worker();
});

afterAll(async () => {
  await around.close();
});

const ended = async (handle: WorkflowHandle): Promise<boolean> => (await handle.describe()).status.name !== 'RUNNING';

/** True while the run waits for its answer: nothing more comes by itself. */
async function waits(run: string): Promise<boolean> {
  const { rows } = await around.db.query(`SELECT 1 FROM nodes WHERE run_id = $1 AND status = 'waiting'`, [run]);
  return rows.length > 0;
}

/** Acts on a run; false when it was too late for that. */
async function act({ act: what, run, share }: (typeof MOMENTS)[number], handle: WorkflowHandle): Promise<boolean> {
  switch (what) {
    case 'terminate':
      await handle.terminate('an operator');
      return true;
    case 'cancel':
      await handle.cancel();
      return true;
    case 'terminate a shard':
      return terminateShard(run, handle);
    case 'reset':
      return reset(handle, share);
    case 'signal':
      await handle.signal('event', { type: 'nothing that it knows' });
      return true;
    case 'answer with nonsense': {
      const answers = NONSENSE.map((args) => handle.executeUpdate('approve', { args: [...args] }));
      const unknown = handle.executeUpdate('aprove', { args: [yes] });
      const outcomes = await Promise.allSettled([...answers, unknown]);
      expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'rejected'));
      return true;
    }
  }
}

async function terminateShard(run: string, handle: WorkflowHandle): Promise<boolean> {
  const shard = around.client.workflow.getHandle(`${run}/rows[0]/cells#0`);
  const terminated = async (): Promise<boolean> =>
    shard.terminate('an operator').then(
      () => true,
      () => false,
    );
  let hit = false;
  await eventually(async () => (hit = await terminated()) || (await waits(run)) || ended(handle));
  return hit;
}

/** Back to one of the workflow tasks that are done. */
async function reset(handle: WorkflowHandle, share: number): Promise<boolean> {
  const { runId } = await handle.describe();
  const done = async () =>
    ((await handle.fetchHistory()).events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
  await eventually(async () => (await done()).length > 0);
  const tasks = await done();
  const task = tasks[Math.floor(share * (tasks.length - 1))];
  await around.client.workflowService.resetWorkflowExecution({
    namespace: around.namespace,
    workflowExecution: { workflowId: handle.workflowId, runId },
    reason: 'an operator',
    workflowTaskFinishEventId: task?.eventId ?? null,
    requestId: randomUUID(),
  });
  return true;
}

/** Answers the run as it should be answered until it has ended. */
async function finish(run: string, handle: WorkflowHandle): Promise<void> {
  await eventually(async () => {
    if (await ended(handle)) return true;
    await approve({ temporal: around.client }, run, yes).catch(() => undefined);
    return ended(handle);
  });
}

/** Ends that the keeper of the run's model is told, each a row of its own. */
async function told(run: string): Promise<string[]> {
  const { rows } = await around.db.query<{ status: string }>(
    `SELECT payload -> 'event' ->> 'status' AS status FROM outbox
     WHERE kind = 'run-ended' AND payload -> 'event' ->> 'runId' = $1`,
    [run],
  );
  return rows.map(({ status }) => status);
}

let unheard = 0;

async function play(moment: (typeof MOMENTS)[number]): Promise<void> {
  const { run, events } = moment;
  const config = { rows: [[1, 2], [3]] };
  const handle = await around.client.workflow.start('watched', {
    workflowId: run,
    taskQueue: 'perennial-cpu',
    args: [{ config, plan: 'current', model: `model-of-${run}` }],
  });
  // A shard is ended as soon as there is one.
  const at = moment.act === 'terminate a shard' ? 1 : events;
  await eventually(async () => (await handle.describe()).historyLength >= at || (await waits(run)));
  const hit = report.inject();
  hit(await act(moment, handle));
  if (moment.act === 'terminate' && (await findRun(around.db, run))?.status === 'running') unheard += 1;
  if (moment.act !== 'terminate') await finish(run, handle);
}

test('whatever an operator does, and when: the run ends with a clear status, and its keeper hears of it once', async () => {
  // Each act once at a time: more at once would wait for each other more than for what is tested.
  for (let i = 0; i < MOMENTS.length; i += acts.length) await Promise.all(MOMENTS.slice(i, i + acts.length).map(play));
  const surroundings = { db: around.db, temporal: around.client, project: { models: [] }, log };
  await reconcile(surroundings);
  await reconcile(surroundings);
  const found = await Promise.all(
    MOMENTS.map(async ({ act: what, run }) => {
      const { status = 'never recorded', reason = null } = (await findRun(around.db, run)) ?? {};
      return { what, run, status, reason, told: await told(run) };
    }),
  );
  for (const { what, status, reason, told: heard, run } of found) {
    // A run that is ended before its first task is done has left nothing in the records that could stay open.
    if (status === 'never recorded' && (what === 'terminate' || what === 'cancel')) continue;
    const wanted = ACTS[what];
    const late = what === 'terminate a shard' && status === 'completed';
    expect({ what, run, status, told: heard }).toEqual({
      what,
      run,
      status: late ? 'completed' : wanted.status,
      told: [status],
    });
    if (wanted.reason && !late) expect(reason).toMatch(wanted.reason);
    report.once(heard.length);
  }
  report.control('a terminated run without the reconciler', unheard > 0);
});

test('a run that is reset to its start while its shards run starts them again, though the server has not ended them yet', async () => {
  const resets = Array.from({ length: 12 }, (_, i) => ({
    act: 'reset' as const,
    run: `reset-${i}`,
    events: 17 + (i % 4),
    share: 0,
  }));
  await Promise.all(resets.map(play));
  const found = await Promise.all(resets.map(({ run }) => findRun(around.db, run)));
  expect(found.map((run) => [run?.id, run?.status, run?.reason ?? null])).toEqual(
    resets.map(({ run }) => [run, 'completed', null]),
  );
});

const DAY = 86_400_000;

test.each([-DAY, DAY])(
  'a worker whose `Date` jumps by %d ms and back: the run completes, recorded in its order',
  async (shift) => {
    around.killAll();
    await around.worker('cpu', { file: 'shift-clock.cjs', environment: { CLOCK_SHIFT: String(shift) } });
    const clock = async (): Promise<string> =>
      (await around.db.query<{ now: string }>('SELECT clock_timestamp() AS now')).rows[0]?.now ?? '';
    const before = await clock();
    const wrong: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      const run = `jumping-${shift}-${i}`;
      const handle = await around.client.workflow.start('watched', {
        workflowId: run,
        taskQueue: 'perennial-cpu',
        args: [{ config: { rows: [[1]] }, plan: 'current' }],
      });
      await finish(run, handle);
      const { clock: seen } = Output.parse(await handle.result());
      if (Math.abs(seen - Date.parse(before)) > DAY / 2) wrong.push(seen);
      const executions = await listExecutions(around.db, run, { limit: 100 });
      const times = executions.map(({ started_at, ended_at }) => [started_at, ended_at ?? 'open']);
      const after = await clock();
      expect(times.filter(([from = '', to = '']) => !(before <= from && from <= to && to <= after))).toEqual([]);
      expect(executions.map(({ outcome }) => outcome)).toEqual(executions.map(() => 'committed'));
      expect(await findRun(around.db, run)).toMatchObject({ status: 'completed' });
    }
    report.control(`a time of that worker's own, ${shift} ms off`, wrong.length > 0);
  },
);

test('enough acts have landed, nobody was told twice or not at all, and the control failed', () => {
  report.close();
});
