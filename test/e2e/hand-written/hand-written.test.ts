// Danger: a workflow that a user wrote by hand and runs with a worker of his own has steps that are executed twice, or not
// recorded; it ends and the records say that it runs; it fails in a way that its code cannot tell; or it decides otherwise
// when it is replayed. Real workers of the project, whose steps write down each of their executions.
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle, WorkflowOptions } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import { approve } from '../../../client/approve';
import { awaitRun } from '../../../client/await-run';
import { cancelRun } from '../../../client/cancel-run';
import { intervene } from '../../../client/intervene';
import { rerun } from '../../../client/rerun';
import { readRun } from '../../../cli/read-run';
import { readWhy } from '../../../cli/read-why';
import { runsText, runText } from '../../../cli/views/run-view';
import { listNodes } from '../../../store/nodes/list-nodes';
import type { NodeRow } from '../../../store/nodes/node-row';
import { listRuns } from '../../../store/runs/list-runs';
import { addIntervention } from '../../../store/interventions/add-intervention';
import { findRun } from '../../../store/runs/find-run';
import { reconcile } from '../../../workers/reconcile';
import { recordHistory } from '../../replay/record';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { bundleWorkflows } from '../../workflows/bundle-workflows';
import project from './project/perennial.config';
import { bundleLinked } from './two-copies';

jest.setTimeout(120_000);

const QUEUE = 'a-queue-of-the-users';
const nothing = (): void => undefined;
const quiet = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

let around: Surroundings;
let connection: { temporal: Surroundings['client']; db: Surroundings['db'] };
let code: string;
let gpu: ChildProcess;
let native: NativeConnection;
let end: () => Promise<void>;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/hand-written/project');
  connection = { temporal: around.client, db: around.db };
  [code, gpu] = await Promise.all([
    bundleWorkflows('test/e2e/hand-written/workflows.ts'),
    around.worker('gpu'),
    around.worker(),
  ]);
  Runtime.install({
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
    logger: quiet,
  });
  native = await NativeConnection.connect({ address: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'] ?? '' });
  end = await work(QUEUE, code);
});

/** Starts a user's worker. Returns what ends it. */
async function work(taskQueue: string, bundle: string): Promise<() => Promise<void>> {
  const worker = await Worker.create({
    connection: native,
    namespace: around.namespace,
    taskQueue,
    // Task queues in histories carry it.
    identity: 'test-worker',
    workflowBundle: { code: bundle },
  });
  const running = worker.run();
  return () => {
    worker.shutdown();
    return running;
  };
}

afterAll(async () => {
  await end();
  await native.close();
  await around.close();
});

const started: string[] = [];

async function start(workflow: string, id: string, options: Partial<WorkflowOptions> = {}): Promise<WorkflowHandle> {
  started.push(id);
  const args = [{ folder: around.folder, n: 1 }];
  return around.client.workflow.start(workflow, { workflowId: id, taskQueue: QUEUE, args, ...options });
}

/** Names of the activities that a workflow has handed to workers. */
async function handedOut(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType?.name ?? []);
}

/** Lets a workflow that has ended begin once more. */
async function reset(id: string): Promise<void> {
  const handle = around.client.workflow.getHandle(id);
  const { events } = await handle.fetchHistory();
  const task = (events ?? []).find((event) => event.workflowTaskCompletedEventAttributes);
  const { runId } = await handle.describe();
  await around.client.workflowService.resetWorkflowExecution({
    namespace: around.namespace,
    workflowExecution: { workflowId: id, runId },
    reason: 'a test',
    workflowTaskFinishEventId: task?.eventId ?? null,
    requestId: randomUUID(),
  });
}

/** Addresses that a run's executions were of, in the order in which they began. */
async function executed(run: string): Promise<string[]> {
  const text = await readFile(join(around.folder, 'executed'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.startsWith(`${run} `));
  return lines.map((line) => line.slice(run.length + 1));
}

async function nodes(run: string): Promise<Record<string, NodeRow>> {
  const rows = await listNodes(around.db, run, { limit: 100 });
  return Object.fromEntries(rows.map((row) => [row.address, row]));
}

async function statuses(run: string): Promise<Record<string, string>> {
  return Object.fromEntries(Object.values(await nodes(run)).map(({ address, status }) => [address, status]));
}

async function begun(run: string, address: string): Promise<void> {
  await eventually(async () => (await executed(run)).includes(address));
}

async function nightly(id: string): Promise<unknown> {
  const handle = await start('nightly', id);
  await handle.signal('more', 10);
  await handle.signal('more', 20);
  await handle.signal('done');
  return handle.result();
}

describe('a hand-written workflow', () => {
  it('runs the steps that its code asks for, on the workers of their pools, and the records hold everything', async () => {
    expect(await nightly('first')).toEqual({ n: 13 + 23 + 1, parts: 2 });
    expect(await executed('first')).toEqual(['extract', 'fit-model', 'fit-model-2', 'total']);
    expect(await findRun(around.db, 'first')).toMatchObject({
      pipeline: 'nightly',
      status: 'completed',
      config: { folder: around.folder, n: 1 },
      output: { n: 37, parts: 2 },
    });
    const { extract, total, 'fit-model-2': second } = await nodes('first');
    expect(extract).toMatchObject({ status: 'completed', input: { n: 1 }, output: { n: 2 }, pool: 'cpu' });
    expect(second).toMatchObject({ step: 'fit-model', pool: 'gpu', input: { n: 22 }, output: { n: 23 } });
    expect(total).toMatchObject({ step: 'touch', cache: { hit: false, differed: ['first'] } });
  });

  it('is answered from the cache when it runs again', async () => {
    expect(await nightly('second')).toEqual({ n: 37, parts: 2 });
    expect(await executed('second')).toEqual([]);
    const rows = Object.values(await nodes('second'));
    expect(rows.map(({ address, cache }) => [address, cache])).toEqual(
      ['extract', 'fit-model', 'fit-model-2', 'total'].map((address) => [
        address,
        { hit: true, from: { run: 'first', address } },
      ]),
    );
  });

  it('does not wait for a worker of another pool where the cache has the output, and does where it has not', async () => {
    const gone = new Promise((resolve) => gpu.once('exit', resolve));
    gpu.kill('SIGTERM');
    await gone;
    expect(await nightly('without-gpu')).toEqual({ n: 37, parts: 2 });
    expect(await executed('without-gpu')).toEqual([]);
    expect((await nodes('without-gpu'))['fit-model-2']).toMatchObject({
      pool: 'gpu',
      cache: { hit: true, from: { run: 'first', address: 'fit-model-2' } },
    });
    const waiting = await start('attentive', 'waiting');
    await waiting.signal('more', 99);
    await eventually(async () => (await handedOut(waiting)).includes('fit-model'));
    expect(await handedOut(waiting)).toContain('perennial.look-up-cached');
    gpu = await around.worker('gpu');
    expect(await waiting.result()).toBe(100);
  });

  it('is shown and explained by the command', async () => {
    const view = await readRun(around.db, 'second', { limit: 100 });
    expect(runText(view, new Date())).toMatch(/^workflow nightly, hand-written, plan [0-9a-f]{12}/m);
    expect(runText(view, new Date())).toMatch(/^ *fit-model-2 +step fit-model +gpu +completed .*hit: from first *$/m);
    expect(runsText(await listRuns(around.db, { limit: 10 }), new Date())).toMatch(/^ *second +nightly +completed/m);
    const why = await readWhy(around.db, 'second', 'total');
    expect(why.view?.node.cache).toEqual({ hit: true, from: { run: 'first', address: 'total' } });
    await expect(readWhy(around.db, 'second', 'weigh')).rejects.toThrow(/the code of nightly alone knows of others/);
  });

  it('tells failures by their codes, and goes on', async () => {
    await writeFile(join(around.folder, 'storm'), '');
    const handle = await start('careful', 'told');
    expect(await handle.result()).toEqual([
      'Stormy: ship: the ship stays in the harbour',
      expect.stringMatching(/^PER_RUN_004: seventh: \[PER_RUN_004\]/),
      expect.stringMatching(/^PER_RUN_112: .*Two nodes of told are called seventh/),
      expect.stringMatching(/^PER_RUN_112: .*no step 'weigh' \(known: .*extract.*\)/),
      expect.stringMatching(/^PER_DEF_001: /),
      expect.stringMatching(/^PER_DEF_002: /),
    ]);
    expect(await executed('told')).toEqual(['ship']);
    const { ship, seventh } = await nodes('told');
    expect(ship).toMatchObject({ status: 'failed', error: { type: 'Stormy', fault: 'user' } });
    expect(seventh).toMatchObject({ status: 'failed', error: { type: 'PER_RUN_004' } });
    expect(await findRun(around.db, 'told')).toMatchObject({ status: 'completed' });
  });

  it('that fails stops what still runs, and its record says why', async () => {
    const handle = await start('broken', 'failed');
    await expect(handle.result()).rejects.toThrow();
    expect(await awaitRun(connection, 'failed')).toMatchObject({
      status: 'failed',
      reason: 'shipping: the ship stays in the harbour',
    });
    expect(await statuses('failed')).toEqual({ hold: 'cancelled', shipping: 'failed' });
    await rm(join(around.folder, 'storm'));
  });

  it('that is cancelled takes back by further steps what it did, and ends as cancelled', async () => {
    const handle = await start('saga', 'cancelled');
    await begun('cancelled', 'hold');
    expect(await cancelRun(connection, 'cancelled', { by: 'ana', reason: 'the port is closed' })).toEqual({
      state: 'asked',
    });
    await expect(handle.result()).rejects.toThrow();
    expect(await awaitRun(connection, 'cancelled')).toMatchObject({ status: 'cancelled' });
    expect(await statuses('cancelled')).toEqual({ ship: 'completed', hold: 'cancelled', undo: 'completed' });
    const { interventions } = await readRun(around.db, 'cancelled', { limit: 10 });
    expect(interventions).toMatchObject([{ action: 'cancel', by: 'ana', reason: 'the port is closed' }]);
  });

  it('that is terminated in Temporal is closed by the reconciler; what it ran can no longer commit', async () => {
    const handle = await start('saga', 'terminated');
    await begun('terminated', 'hold');
    await handle.terminate('an operator');
    const log = pino({ level: 'silent' });
    // The project's own worker may have been quicker.
    await reconcile({ db: around.db, temporal: around.client, project: { models: [] }, log });
    expect(await findRun(around.db, 'terminated')).toMatchObject({ status: 'terminated' });
    expect(await statuses('terminated')).toEqual({ ship: 'completed', hold: 'cancelled' });
  });

  it('that somebody wanted ended at once, and that an operator has reset since, goes on', async () => {
    const handle = await start('saga', 'revived');
    await begun('revived', 'hold');
    const at = new Date(Date.now() - 60_000).toISOString();
    const ask = { action: 'cancel', by: 'ana', reason: null, grace: 1, hard: true } as const;
    await addIntervention(around.db, { run: 'revived', id: 'old', at, ask });
    const log = pino({ level: 'silent' });
    const look = () => reconcile({ db: around.db, temporal: around.client, project: { models: [] }, log });
    await look();
    expect((await handle.describe()).status.name).toBe('TERMINATED');
    await reset('revived');
    await eventually(async () => (await findRun(around.db, 'revived'))?.status === 'running');
    await look();
    const again = around.client.workflow.getHandle('revived');
    expect((await again.describe()).status.name).toBe('RUNNING');
    await again.terminate('the end of the test');
  });

  it('that Temporal tries again goes on with the outputs that it has', async () => {
    await writeFile(join(around.folder, 'storm'), '');
    const handle = await start('delivery', 'tried-again', { retry: { initialInterval: '1s', backoffCoefficient: 1 } });
    await eventually(async () => (await findRun(around.db, 'tried-again'))?.status === 'failed');
    await rm(join(around.folder, 'storm'));
    expect(await handle.result()).toBe(2);
    const ran = await executed('tried-again');
    expect(ran.filter((address) => address === 'undo')).toHaveLength(1);
    expect(ran.at(-1)).toBe('ship');
    expect(await findRun(around.db, 'tried-again')).toMatchObject({ status: 'completed', output: 2, reason: null });
  });

  it('that is reset to its beginning keeps its outputs as well', async () => {
    const handle = around.client.workflow.getHandle('first');
    await reset('first');
    expect(await handle.result()).toEqual({ n: 37, parts: 2 });
    expect(await executed('first')).toEqual(['extract', 'fit-model', 'fit-model-2', 'total']);
    const after = await findRun(around.db, 'first');
    expect(after).toMatchObject({ status: 'completed' });
    expect(after?.temporal_run_id).not.toBe(after?.first_temporal_run_id);
  });

  it('that is tried again and told otherwise is not given an output of what it was told before', async () => {
    await writeFile(join(around.folder, 'storm'), '');
    const handle = await start('attentive', 'told-twice', { retry: { initialInterval: '1s' } });
    const { runId: before } = await handle.describe();
    await handle.signal('more', 112);
    await eventually(async () => (await handle.describe()).runId !== before);
    await rm(join(around.folder, 'storm'));
    await handle.signal('more', 132);
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PER_RUN_114' } });
    const reason = expect.stringMatching(
      /'fit-model' of run told-twice .* of another input: n was 112 and is 132/,
    ) as string;
    expect(await findRun(around.db, 'told-twice')).toMatchObject({ status: 'failed', reason });
    expect(await executed('told-twice')).toEqual(['fit-model', 'ship']);
    const { 'fit-model': fitted } = await nodes('told-twice');
    expect(fitted).toMatchObject({ status: 'completed', input: { n: 112 }, output: { n: 113 } });
  });

  it('whose code was edited before it is reset is not given an output of the code that was', async () => {
    const options = { workflowId: 'edited', taskQueue: 'edited', args: [{ folder: around.folder, n: 1 }] };
    const stop = await work('edited', code);
    const handle = await around.client.workflow.start('delivery', options);
    expect(await handle.result()).toBe(2);
    await stop();
    const stopEdited = await work('edited', await bundleWorkflows('test/e2e/hand-written/edited.ts'));
    await reset('edited');
    await expect(around.client.workflow.getHandle('edited').result()).rejects.toMatchObject({
      cause: { type: 'PER_RUN_114', message: expect.stringMatching(/step: it was undo and is touch/) as string },
    });
    await stopEdited();
    expect(await executed('edited')).toEqual(['undo', 'ship', 'undo']);
  });

  it('does not take over what an earlier one did under the same Workflow ID', async () => {
    const before = await findRun(around.db, 'first');
    const handle = await start('nightly', 'first');
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PER_RUN_015' } });
    expect(await findRun(around.db, 'first')).toEqual(before);
  });

  it('is not continued as new, which would be given the outputs of the one before', async () => {
    const handle = await start('endless', 'endless');
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PER_RUN_113' } });
    expect(await statuses('endless')).toEqual({ extract: 'completed' });
    expect(await findRun(around.db, 'endless')).toMatchObject({ status: 'failed' });
  });

  it('that asks for a step when its run has ended is refused, and its record stays closed', async () => {
    const handle = await start('late', 'late');
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PER_RUN_115' } });
    expect(await findRun(around.db, 'late')).toMatchObject({ status: 'completed' });
    expect(await statuses('late')).toEqual({ extract: 'completed' });
  });

  it('whose value is no JSON fails, and says so', async () => {
    const handle = await start('wrong', 'no-json');
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PER_RUN_007' } });
    expect(await findRun(around.db, 'no-json')).toMatchObject({ status: 'failed' });
  });

  it('has to be declared', async () => {
    const handle = await start('stranger', 'stranger');
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PER_RUN_110' } });
    expect(await findRun(around.db, 'stranger')).toBeNull();
  });

  it('whose bundle holds the SDK twice, as where the engine is linked, is told so and how to mend it', async () => {
    const stop = await work('a-queue-of-two-copies', await bundleLinked(around.folder));
    try {
      const options = { workflowId: 'twice', taskQueue: 'a-queue-of-two-copies', args: [] };
      const handle = await around.client.workflow.start('nightly', options);
      await expect(handle.result()).rejects.toMatchObject({
        cause: {
          type: 'PER_RUN_116',
          message: expect.stringMatching(/nightly.*two copies.*--install-links/) as string,
        },
      });
    } finally {
      await stop();
    }
  });

  it('is refused what only a plan can tell: to be rerun, paused or approved', async () => {
    const refused = { code: 'PER_RUN_111' };
    await expect(rerun(connection, project.pipelines, { run: 'first' })).rejects.toMatchObject(refused);
    const handle = await start('saga', 'held');
    await begun('held', 'hold');
    const pause = { action: 'pause', by: 'ana', reason: null } as const;
    await expect(intervene(connection, 'held', pause)).rejects.toMatchObject(refused);
    const yes = { node: 'hold', approved: true, by: 'ana' };
    await expect(approve(connection, 'held', yes)).rejects.toMatchObject(refused);
    expect(await cancelRun(connection, 'held', { hard: true })).toEqual({ state: 'ended' });
    await expect(handle.result()).rejects.toThrow();
    expect(await findRun(around.db, 'held')).toMatchObject({ status: 'cancelled' });
  });

  it('decides the same when it is replayed, each of these', async () => {
    const histories = await Promise.all(
      [...new Set(started)].map(async (workflowId) => ({
        workflowId,
        history: await around.client.workflow.getHandle(workflowId).fetchHistory(),
      })),
    );
    const errors: unknown[] = [];
    for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code } }, histories)) {
      errors.push(error ?? null);
    }
    expect(errors).toEqual(histories.map(() => null));
    const kept = { second: 'signals', told: 'failures', failed: 'failed', cancelled: 'cancelled' };
    for (const [id, name] of Object.entries(kept)) {
      await recordHistory(around.client.workflow.getHandle(id), `hand-written-${name}`);
    }
    expect(histories.length).toBeGreaterThan(8);
  });
});
