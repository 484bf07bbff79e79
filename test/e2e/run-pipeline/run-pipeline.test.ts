// Danger: the interpreter is right and the shell around it is not: a step on the wrong queue or with the wrong retries,
// an answer that is taken twice, a cancelled run whose steps go on, an end that the records never hear of.
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { approve } from '../../../client/approve';
import { workflowOf } from '../../../client/workflow-of';
import type { RunStatus } from '../../../core/interpret';
import { type Engine, startEngine } from './engine';

const PIPELINE = defineSearchAttributeKey('PerennialPipeline', SearchAttributeType.KEYWORD);
let engine: Engine;
jest.setTimeout(60_000);
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.end());

/** Runs a pipeline to its end. */
async function run(
  pipeline: string,
  config: object,
): Promise<{ handle: WorkflowHandle; result: unknown; error: unknown }> {
  const handle = await engine.start(pipeline, config);
  try {
    return { handle, result: await handle.result(), error: null };
  } catch (error) {
    return { handle, result: null, error };
  }
}

/** Asks until something is so; the test's own time limit ends the waiting. */
async function until<T>(look: () => Promise<T | null | false>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function waits(handle: WorkflowHandle, address: string): Promise<RunStatus> {
  return until(async () => {
    const status = await handle.query<RunStatus | null>('status');
    return status?.waiting.some((waiting) => waiting.address === address) === true && status;
  });
}

const statusName = async (handle: WorkflowHandle): Promise<string> => (await handle.describe()).status.name;

function failureType(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error && 'type' in error.cause ? error.cause.type : null;
}

describe('a run of a pipeline', () => {
  it('runs a chain, fills in the defaults of its config, and tells the records of its begin and end', async () => {
    const { handle, result } = await run('chain', {});
    expect(result).toEqual({ n: 6 });
    const records = engine.recordsOf(handle.workflowId);
    expect(records.begun).toBe(true);
    expect(records.end).toMatchObject({ run: handle.workflowId, status: 'completed', reason: null, output: { n: 6 } });
    expect(records.executed.map(({ address, step, input }) => ({ address, step, input }))).toEqual([
      { address: 'double', step: 'double', input: { n: 1 } },
      { address: 'second', step: 'tiny', input: { n: 2 } },
      { address: 'third', step: 'double', input: { n: 3 } },
    ]);
    await engine.record(handle, 'chain');
  });

  it('shows in Temporal as the pipeline, with the steps as activity types and a summary and search attributes', async () => {
    const { handle } = await run('chain', { n: 3 });
    const description = await handle.describe();
    expect(description.type).toBe('chain');
    expect(description.typedSearchAttributes.get(PIPELINE)).toBe('chain');
    const { events } = await handle.fetchHistory();
    const scheduled = (events ?? []).flatMap((event) => {
      const attributes = event.activityTaskScheduledEventAttributes;
      return attributes
        ? [{ attributes, summary: Buffer.from(event.userMetadata?.summary?.data ?? []).toString() }]
        : [];
    });
    expect(scheduled.map(({ attributes }) => attributes.activityType?.name)).toEqual(['double', 'double']);
    expect(scheduled.map(({ summary }) => summary)).toEqual(['"double · cache on"', '"third · cache on"']);
    expect(scheduled.map(({ attributes }) => attributes.taskQueue?.name)).toEqual(['perennial-cpu', 'perennial-cpu']);
  });

  it('hands what a use of a step asks for to Temporal, and to its worker; other uses have what the contract says', async () => {
    const { handle, result } = await run('urgent', {});
    expect(result).toEqual({ n: 24 });
    const { events } = await handle.fetchHistory();
    const asked = (events ?? []).flatMap((event) => {
      const scheduled = event.activityTaskScheduledEventAttributes;
      if (!scheduled) return [];
      const { priority, startToCloseTimeout, retryPolicy } = scheduled;
      const summary = Buffer.from(event.userMetadata?.summary?.data ?? []).toString();
      const seconds = Number(startToCloseTimeout?.seconds);
      return [{ summary, seconds, priority: priority?.priorityKey ?? 0, attempts: retryPolicy?.maximumAttempts }];
    });
    expect(asked).toEqual([
      { summary: '"double · cache on"', seconds: 600, priority: 0, attempts: 3 },
      { summary: '"hurried · cache off · team:risk"', seconds: 7, priority: 1, attempts: 2 },
    ]);
    const child = (events ?? []).find((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
    expect(child?.startChildWorkflowExecutionInitiatedEventAttributes?.priority?.priorityKey).toBe(2);
    const retry = { attempts: 2, firstDelay: 10, factor: 2, maxDelay: 60_000, never: ['Never'] };
    expect(engine.recordsOf(handle.workflowId).executed.map(({ override }) => override)).toEqual([
      undefined,
      { timeout: 7_000, retry, cache: false },
    ]);
  });

  it('maps over a list', async () => {
    const { handle, result } = await run('fan-out', { items: [1, 2, 3] });
    expect(result).toEqual({ sum: 9, count: 3 });
    const { notes } = engine.recordsOf(handle.workflowId);
    expect(notes.map(({ address, status }) => `${address} ${status}`)).toEqual(['each running', 'each completed']);
    await engine.record(handle, 'map');
  });

  it('maps over a long list in shards that record their nodes under the run', async () => {
    const items = Array.from({ length: 250 }, (_, i) => i);
    const { handle, result } = await run('fan-out', { items });
    expect(result).toEqual({ sum: items.reduce((sum, n) => sum + n + 1, 0), count: 250 });
    const { executed, notes } = engine.recordsOf(handle.workflowId);
    const addresses = executed.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(251);
    expect(addresses).toContain('each[249]/tiny');
    expect(notes.filter(({ status }) => status === 'completed')).toHaveLength(1);
    const { events } = await handle.fetchHistory();
    const children = (events ?? []).filter((event) => event.childWorkflowExecutionStartedEventAttributes);
    expect(children).toHaveLength(2);
    await engine.record(handle, 'map-in-shards');
    await engine.record(engine.client.workflow.getHandle(`${handle.workflowId}/each#1`), 'map-shard');
  });

  it('hands out inputs that no message could hold together', async () => {
    const items = Array.from({ length: 200 }, (_, i) => i);
    const { result, handle } = await run('wide', { items, size: 30_000 });
    expect(result).toEqual({ lengths: items.map(() => 30_000) });
    expect(engine.recordsOf(handle.workflowId).executed).toHaveLength(201);
  });

  it('takes the arm of a branch, or gives null where there is none', async () => {
    const high = await run('gate', { n: 12 });
    const low = await run('gate', { n: 2 });
    expect([high.result, low.result]).toEqual([{ n: 24 }, null]);
    const { notes } = engine.recordsOf(low.handle.workflowId);
    expect(notes.map(({ address, status }) => `${address} ${status}`)).toEqual([
      'high running',
      'double skipped',
      'high completed',
    ]);
    await engine.record(high.handle, 'branch-taken');
    await engine.record(low.handle, 'branch-not-taken');
  });

  it('ends as failed, with the code, when there is no such pipeline', async () => {
    const { error, handle } = await run('unknown', {});
    expect(await statusName(handle)).toBe('FAILED');
    expect(JSON.stringify(error, ['cause', 'type', 'message'])).toContain('PER_RUN_012');
  });
});

describe('an approval', () => {
  const answer = (handle: WorkflowHandle, fields: object): Promise<unknown> =>
    handle.executeUpdate('approve', { args: [{ node: 'sign-off', approved: true, by: 'ana', ...fields }] });

  it('waits, shows what it was given, and lets the run go on once', async () => {
    const handle = await engine.start('release', { n: 4 });
    const status = await waits(handle, 'sign-off');
    expect(status.waiting).toEqual([{ address: 'sign-off', show: { n: 4 } }]);
    // What Temporal's UI shows of a workflow, as it asks for it.
    const seen = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(seen.currentDetails).toMatch(/sign-off.*waiting/);
    await expect(answer(handle, { note: 'fine' })).resolves.toMatchObject({ approved: true, by: 'ana', note: 'fine' });
    await expect(handle.result()).resolves.toEqual({ n: 8 });
    await expect(answer(handle, {})).rejects.toThrow();
    await engine.record(handle, 'approved');
  });

  it('goes on waiting after a refused answer, and refuses answers to what does not wait', async () => {
    const handle = await engine.start('release', { n: 4 });
    await waits(handle, 'sign-off');
    await expect(answer(handle, { by: '' })).rejects.toMatchObject({ cause: { type: 'PER_RUN_016' } });
    await expect(answer(handle, { node: 'double' })).rejects.toMatchObject({ cause: { type: 'PER_FLOW_007' } });
    await waits(handle, 'sign-off');
    await answer(handle, {});
    await expect(handle.result()).resolves.toEqual({ n: 8 });
  });

  it('counts the first of two answers given at the same time', async () => {
    const handle = await engine.start('release', { n: 4 });
    await waits(handle, 'sign-off');
    const answers = await Promise.allSettled([answer(handle, { by: 'ana' }), answer(handle, { by: 'bo' })]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(handle.result()).resolves.toEqual({ n: 8 });
  });

  it('ends the run as rejected when nobody branches on it', async () => {
    const handle = await engine.start('release', { n: 4 });
    await waits(handle, 'sign-off');
    await answer(handle, { approved: false, note: 'not today' });
    const error: unknown = await handle.result().catch((e: unknown) => e);
    expect(failureType(error)).toBe('PER_FLOW_005');
    const { end, executed } = engine.recordsOf(handle.workflowId);
    expect(end).toMatchObject({ status: 'rejected', reason: 'sign-off was rejected by ana: not today.' });
    expect(executed).toEqual([]);
    await engine.record(handle, 'rejected');
  });

  it('counts as rejected when its time is over', async () => {
    const { result, handle } = await run('hurry', {});
    expect(result).toEqual({ by: 'nobody' });
    await engine.record(handle, 'timed-out-approval');
  });
});

describe('a wait', () => {
  const month = 30 * 86_400_000;

  /** Starts a run and waits until it sleeps. */
  async function asleep(config: object): Promise<{ handle: WorkflowHandle; moment: string }> {
    const handle = await engine.start('ripening', config);
    const moment = await until(async () => {
      const status = await handle.query<RunStatus | null>('status');
      return status?.nodes.find(({ address }) => address === 'cool-off')?.until ?? null;
    });
    return { handle, moment };
  }

  async function timersOf(handle: WorkflowHandle): Promise<{ summary: string; ms: number; cancelled: boolean }[]> {
    const events = (await handle.fetchHistory()).events ?? [];
    const cancelled = events.map((event) => event.timerCanceledEventAttributes?.timerId);
    return events.flatMap(({ timerStartedEventAttributes: timer, userMetadata }) => {
      if (!timer) return [];
      const { seconds, nanos } = timer.startToFireTimeout ?? {};
      const summary = Buffer.from(userMetadata?.summary?.data ?? []).toString();
      const ms = Number(seconds) * 1_000 + Number(nanos) / 1e6;
      return [{ summary, ms, cancelled: cancelled.includes(timer.timerId) }];
    });
  }

  it('holds up what comes after it for its time, as a timer that says what it is', async () => {
    const { handle, result } = await run('ripening', { length: '1s' });
    const { notes, executed } = engine.recordsOf(handle.workflowId);
    const [waiting, over] = notes.filter(({ node }) => node === 'cool-off');
    expect(waiting).toMatchObject({ kind: 'wait', status: 'waiting', input: over?.output });
    expect(over).toMatchObject({ status: 'completed' });
    expect(result).toEqual({ n: 4, items: 0, ...(over?.output as object) });
    expect(executed.map(({ address }) => address)).toEqual(['double', 'second']);
    const [timer] = await timersOf(handle);
    expect(timer).toMatchObject({ ms: 1_000, cancelled: false });
    expect(timer?.summary).toMatch(/^"cool-off waits until 2\d{3}-\d\d-\d\dT[\d:.]+Z"$/);
    await engine.record(handle, 'waited');
  });

  it('waits for a moment that a step gives, and not for one that has passed', async () => {
    const half = Math.ceil((Date.now() + 600) / 2);
    const { handle, result } = await run('timely', { half });
    expect(result).toEqual({ until: new Date(2 * half).toISOString() });
    expect(await timersOf(handle)).toHaveLength(1);
    const passed = await run('timely', { half: 0 });
    expect(passed.result).toEqual({ until: '1970-01-01T00:00:00.000Z' });
    expect(await timersOf(passed.handle)).toEqual([]);
  });

  it('fails when it is given no time, or years', async () => {
    expect(failureType((await run('ripening', { length: 'soon' })).error)).toBe('PER_FLOW_013');
    expect(failureType((await run('timely', { half: 4e12 })).error)).toBe('PER_FLOW_014');
  });

  it('of a month is over when a person skips it', async () => {
    const { handle, moment } = await asleep({ length: month });
    const approval = handle.executeUpdate('approve', { args: [{ node: 'cool-off', approved: true, by: 'ana' }] });
    await expect(approval).rejects.toMatchObject({ cause: { type: 'PER_FLOW_007' } });
    const ask = { action: 'skip', node: 'cool-off', by: 'ana', reason: 'the labels are here' };
    await handle.executeUpdate('intervene', { args: [ask] });
    expect(await handle.result()).toEqual({ n: 4, items: 0, until: moment });
    expect(await timersOf(handle)).toMatchObject([{ ms: month, cancelled: true }]);
    await engine.record(handle, 'wait-skipped');
  });

  it('of a month is over with a cancellation', async () => {
    const { handle } = await asleep({ length: month });
    await handle.cancel();
    await expect(handle.result()).rejects.toBeDefined();
    expect(await statusName(handle)).toBe('CANCELLED');
    const { notes, end, executed } = engine.recordsOf(handle.workflowId);
    expect(end).toMatchObject({ status: 'cancelled' });
    expect(notes.filter(({ node }) => node === 'cool-off').at(-1)).toMatchObject({ status: 'cancelled' });
    expect(executed.map(({ address }) => address)).toEqual(['double']);
    expect(await timersOf(handle)).toMatchObject([{ ms: month, cancelled: true }]);
  });

  it('stands at items, in shards too', async () => {
    const items = Array.from({ length: 230 }, (_, i) => 1 + (i % 50));
    const { handle, result } = await run('ripening', { length: 1, items });
    expect(result).toMatchObject({ n: 4, items: 230 });
    const { notes } = engine.recordsOf(handle.workflowId);
    const ripe = notes.filter(({ node, status }) => node === 'ripe' && status === 'completed');
    expect(new Set(ripe.map(({ address }) => address)).size).toBe(230);
  });
});

describe('failures and cancellation', () => {
  it('tries a step again as its contract says', async () => {
    const { result, handle } = await run('stumbling', { key: 'twice', times: 2 });
    expect(result).toEqual({ tries: 3 });
    expect(engine.recordsOf(handle.workflowId).executed).toHaveLength(3);
  });

  it('gives up after the attempts of the contract, and at once for what is never tried again', async () => {
    const often = await run('stumbling', { key: 'often', times: 9 });
    const never = await run('stumbling', { key: 'never', times: 9, type: 'Never' });
    expect([failureType(often.error), failureType(never.error)]).toEqual(['Sometimes', 'Never']);
    expect(engine.recordsOf(often.handle.workflowId).executed).toHaveLength(3);
    expect(engine.recordsOf(never.handle.workflowId).executed).toHaveLength(1);
    expect(engine.recordsOf(never.handle.workflowId).end).toMatchObject({
      status: 'failed',
      reason: 'stumble: stumbled',
    });
    await engine.record(often.handle, 'failed');
  });

  it('records a step that was lost by its time-out as failed, with the error, and what waited for it as cancelled', async () => {
    const { handle } = await run('late', {});
    const { notes, end } = engine.recordsOf(handle.workflowId);
    expect(notes).toMatchObject([
      { address: 'overdue', status: 'failed', error: { type: 'PER_RUN_019' } },
      { address: 'double', status: 'cancelled' },
    ]);
    expect(end).toMatchObject({ status: 'failed' });
    await engine.record(handle, 'step-timed-out');
  });

  it('stops what runs when another node fails, and waits until it has stopped', async () => {
    const { error, handle } = await run('breaking', { key: 'breaking' });
    expect(failureType(error)).toBe('Never');
    const { events } = await handle.fetchHistory();
    expect((events ?? []).filter((event) => event.activityTaskCanceledEventAttributes)).toHaveLength(1);
    await engine.record(handle, 'failed-with-others-stopped');
  });

  it('ends as cancelled once its steps have stopped, and the records hear of it', async () => {
    const handle = await engine.start('waiting', {});
    await until(async () => {
      const status = await handle.query<RunStatus | null>('status');
      return status?.nodes.some(({ address, status: is }) => address === 'double' && is === 'completed');
    });
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(await statusName(handle)).toBe('CANCELLED');
    expect(engine.recordsOf(handle.workflowId).end).toMatchObject({ status: 'cancelled' });
    await engine.record(handle, 'cancelled');
  });

  it('ends as cancelled while it waits for an answer', async () => {
    const handle = await engine.start('release', { n: 1 });
    await waits(handle, 'sign-off');
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(await statusName(handle)).toBe('CANCELLED');
    expect(engine.recordsOf(handle.workflowId).notes.at(-1)).toMatchObject({
      address: 'sign-off',
      status: 'cancelled',
    });
  });
});

describe('the rest of the language on Temporal', () => {
  it('takes the arm of a value, and what no arm is for goes to the last', async () => {
    const large = await run('sorting', { size: 'large' });
    expect(large.result).toEqual({ n: 100 });
    expect(engine.recordsOf(large.handle.workflowId).executed).toMatchObject([{ address: 'double' }]);
    const huge = await run('sorting', { size: 'huge' });
    expect(huge.result).toEqual({ n: 1_000 });
    expect(engine.recordsOf(huge.handle.workflowId).executed).toMatchObject([{ address: 'other' }]);
    await engine.record(large.handle, 'switch');
  });

  it('repeats a body with what the time before handed on', async () => {
    const { handle, result } = await run('repeating', { goal: 8 });
    expect(result).toEqual({ value: { n: 8 }, iterations: 3, done: true });
    const addresses = engine.recordsOf(handle.workflowId).executed.map(({ address }) => address);
    expect(addresses).toEqual(['grow[0]/double', 'grow[1]/double', 'grow[2]/double']);
    await engine.record(handle, 'repeating');
  });

  it('runs what it calls as runs of their own, which know their caller', async () => {
    const { handle, result } = await run('calling', { items: [1, 2] });
    expect(result).toEqual({ one: 22, each: [6, 10] });
    expect(engine.recordsOf(`${handle.workflowId}/each[1]/chain`)).toMatchObject({
      begun: true,
      end: { status: 'completed', output: { n: 10 } },
    });
    expect(engine.recordsOf(`${handle.workflowId}/once`).executed).toHaveLength(3);
    await engine.record(handle, 'calling');
  });

  it('tells of a failure and tidies up, and ends with the failure', async () => {
    const { handle, error } = await run('guarded', { key: 'guarded', waits: false });
    expect(failureType(error)).toBe('Never');
    const { executed, end } = engine.recordsOf(handle.workflowId);
    expect(executed.map(({ address }) => address)).toEqual(['double', 'stumble', 'alert', 'clean']);
    expect(end).toMatchObject({ status: 'failed', reason: 'stumble: stumbled' });
    await engine.record(handle, 'guarded');
  });

  it('tidies up after a cancellation, and is cancelled', async () => {
    const handle = await engine.start('guarded', { key: 'cancelled', waits: true });
    await until(() =>
      Promise.resolve(engine.recordsOf(handle.workflowId).executed.some(({ step }) => step === 'endless')),
    );
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(await statusName(handle)).toBe('CANCELLED');
    const { executed, end } = engine.recordsOf(handle.workflowId);
    expect(executed.map(({ address }) => address)).toEqual(['double', 'endless', 'clean']);
    expect(end?.status).toBe('cancelled');
    await engine.record(handle, 'guarded-cancelled');
  });

  it('lets an item fail and says which, and fails with one too many', async () => {
    const good = { key: 'good', times: 0 };
    const { result } = await run('tolerant', { keys: [good, { key: 'bad', times: 9 }] });
    expect(result).toEqual([
      { status: 'completed', value: { tries: 1 }, error: null },
      { status: 'failed', value: null, error: { type: 'Never', message: 'stumbled' } },
    ]);
    const { error } = await run('tolerant', { keys: [{ key: 'a', times: 9 }, good, { key: 'b', times: 9 }] });
    expect(failureType(error)).toBe('PER_FLOW_010');
  });

  it.each([
    ['in the run itself', 3, 'each[1]/how-much'],
    ['in a shard of a map', 450, 'each[201]/how-much'],
  ])('takes the answer to an approval that stands at an item %s', async (_, length, address) => {
    const items = Array.from({ length }, (_item, i) => (`each[${i}]/how-much` === address ? 1 : 0));
    const handle = await engine.start('asking', { items });
    const connection = { temporal: engine.client };
    const shard = await until(async () => {
      const found = await workflowOf(engine.client, handle.workflowId, address).catch(() => null);
      const status = await found?.query<RunStatus | null>('status').catch(() => null);
      return status?.waiting.some((waiting) => waiting.address === address) === true && found;
    });
    expect(shard.workflowId).toBe(handle.workflowId + (length > 200 ? '/each#1' : ''));
    const answer = { node: address, approved: true, by: 'ana', answer: { n: 7 } };
    await expect(approve(connection, handle.workflowId, { ...answer, by: 'bob' })).rejects.toThrow('PER_RUN_030');
    await expect(approve(connection, handle.workflowId, { ...answer, answer: {} })).rejects.toThrow('PER_RUN_016');
    await expect(approve(connection, handle.workflowId, { ...answer, node: 'each[0]/how-much' })).rejects.toThrow(
      'PER_KEEP_005',
    );
    expect(await approve(connection, handle.workflowId, answer)).toMatchObject({ by: 'ana', answer: { n: 7 } });
    expect(await handle.result()).toEqual(items.map((item) => (item === 1 ? { n: 7 } : null)));
  });

  it('ends as rejected when somebody says no in a shard', async () => {
    const handle = await engine.start('asking', { items: Array.from({ length: 450 }, (_, i) => (i === 7 ? 1 : 0)) });
    const no = { node: 'each[7]/how-much', approved: false, by: 'ana' };
    await until(() => approve({ temporal: engine.client }, handle.workflowId, no).catch(() => null));
    await expect(handle.result()).rejects.toThrow();
    expect(engine.recordsOf(handle.workflowId).end?.status).toBe('rejected');
  });
});
