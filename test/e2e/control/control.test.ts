// Danger: a person's word that is lost with a worker, a node that starts while the run is held up, an output given by hand
// that a stale execution overwrites, a cancelled run whose child processes live on, a run that waits in silence for a pool
// that nobody works on. Real workers, killed and started again.
import { type ChildProcess, execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { z } from 'zod';
import { readItems } from '../../../cli/read-items';
import { readNode } from '../../../cli/read-run';
import { nodeText } from '../../../cli/views/node-view';
import { approve } from '../../../client/approve';
import { awaitRun } from '../../../client/await-run';
import { type CancelRun, cancelRun } from '../../../client/cancel-run';
import { intervene } from '../../../client/intervene';
import { rerun } from '../../../client/rerun';
import type { Intervention, RunStatus } from '../../../core/interpret';
import { listExecutions } from '../../../store/executions/list-executions';
import { addIntervention } from '../../../store/interventions/add-intervention';
import { listInterventions } from '../../../store/interventions/list-interventions';
import { findNode } from '../../../store/nodes/find-node';
import { listNodes } from '../../../store/nodes/list-nodes';
import { endRun } from '../../../store/runs/end-run';
import { findRun } from '../../../store/runs/find-run';
import { reconcile } from '../../../workers/reconcile';
import { eventually, killGroup, Surroundings } from '../../chaos/surroundings';
import project from './project/perennial.config';

jest.setTimeout(120_000);

let around: Surroundings;
let worker: ChildProcess;
let connection: { temporal: Surroundings['client']; db: Surroundings['db'] };

beforeAll(async () => {
  around = await Surroundings.open('../e2e/control/project');
  connection = { temporal: around.client, db: around.db };
  worker = await around.worker();
});

afterAll(async () => {
  await around.close();
});

const ana = { by: 'ana', reason: 'a test' } as const;
type Ask = Intervention extends infer I ? (I extends Intervention ? Omit<I, 'by' | 'reason'> : never) : never;
const act = (run: string, ask: Ask) => intervene(connection, run, { ...ask, ...ana });
const end = (run: string) => awaitRun(connection, run);
const letGo = (run: string) => writeFile(join(around.folder, `${run.replaceAll('/', '_')}-go`), '');
/** A reason that begins so. */
const saying = (words: string): unknown => expect.stringContaining(words);
const statusOf = async (run: string, address: string) => (await findNode(around.db, run, address))?.status;

async function executed(run: string): Promise<string[]> {
  const text = await readFile(join(around.folder, 'executed'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((one) => one.startsWith(`${run} `));
  return lines.map((one) => one.slice(run.length + 1));
}

/** Starts a run and waits until a node of it executes. */
async function running(pipeline: string, run: string, address: string): Promise<void> {
  await around.start(pipeline, run);
  await eventually(async () => (await executed(run)).includes(address));
}

describe('a pause', () => {
  it('lets what runs end and starts nothing, over the death of the worker, until the run is resumed', async () => {
    await running('line', 'held', 'hold');
    await act('held', { action: 'pause' });
    expect(await findRun(around.db, 'held')).toMatchObject({ status: 'running', paused: ana });
    await expect(act('held', { action: 'pause' })).rejects.toMatchObject({ code: 'PER_RUN_034' });
    await letGo('held');
    await eventually(async () => (await statusOf('held', 'hold')) === 'completed');
    killGroup(worker);
    worker = await around.worker();
    await expect(act('held', { action: 'retry-now', node: 'plus' })).rejects.toMatchObject({ code: 'PER_RUN_034' });
    expect(await executed('held')).toEqual(['hold']);
    await act('held', { action: 'resume' });
    expect(await end('held')).toMatchObject({ status: 'completed', output: { n: 2 } });
    const did = await listInterventions(around.db, 'held', { limit: 9 });
    expect(did.map(({ action, by, reason }) => [action, by, reason])).toEqual([
      ['pause', 'ana', 'a test'],
      ['resume', 'ana', 'a test'],
    ]);
    expect(await findRun(around.db, 'held')).toMatchObject({ paused: null });
  });

  it.each([
    ['items in a shard', 'wide', 'wide', 'each[205]/'],
    ['a called run', 'calling', 'calling/line', ''],
  ])('holds up %s', async (_, pipeline, run, prefix) => {
    await around.start(pipeline, pipeline);
    await eventually(async () => (await executed(run)).includes(`${prefix}hold`));
    await act(pipeline, { action: 'pause' });
    const part = around.client.workflow.getHandle(run === pipeline ? `${run}/each#1` : run);
    await eventually(async () => (await part.query<{ paused: object | null }>('status')).paused !== null);
    // A called run's record is its own, and is told a moment later.
    await eventually(async () => (await findRun(around.db, run))?.paused != null);
    expect(await findRun(around.db, run)).toMatchObject({ paused: ana });
    await letGo(run);
    await eventually(async () => (await statusOf(run, `${prefix}hold`)) === 'completed');
    await act(pipeline, { action: 'resume' });
    expect(await end(pipeline)).toMatchObject({ status: 'completed' });
    expect(await executed(run)).toEqual([`${prefix}hold`, `${prefix}plus`]);
  });
});

describe('a given output', () => {
  it('takes the place of a running execution, whose own output is refused when it comes', async () => {
    await running('deafening', 'given', 'deaf');
    const wrong = act('given', { action: 'skip', node: 'deaf', output: { n: 'seven' } });
    await expect(wrong).rejects.toMatchObject({ code: 'PER_RUN_040' });
    expect(await statusOf('given', 'deaf')).toBe('running');
    await act('given', { action: 'skip', node: 'deaf', output: { n: 7 } });
    expect(await end('given')).toMatchObject({ status: 'completed', output: { n: 8 } });
    await letGo('given');
    await eventually(async () => {
      const executions = await listExecutions(around.db, 'given', { limit: 9, address: 'deaf' });
      return executions.every(({ outcome }) => outcome === 'fenced-off');
    });
    expect(await findNode(around.db, 'given', 'deaf')).toMatchObject({ output: { n: 7 }, given: ana, cache: null });
    await expect(act('given', { action: 'pause' })).rejects.toMatchObject({ code: 'PER_KEEP_004' });
  });

  it('is taken over by a rerun as what it is', async () => {
    const { runId } = await rerun(connection, project.pipelines, { run: 'given', from: 'plus' });
    expect(await end(runId)).toMatchObject({ output: { n: 8 } });
    expect(await executed(runId)).toEqual(['plus']);
    expect(await findNode(around.db, runId, 'deaf')).toMatchObject({ given: ana, reused_from: 'given' });
  });

  it('of a node that has not begun lets it never begin', async () => {
    await running('line', 'ahead', 'hold');
    await act('ahead', { action: 'skip', node: 'plus', output: { n: 70 } });
    await letGo('ahead');
    expect(await end('ahead')).toMatchObject({ status: 'completed', output: { n: 70 } });
    expect(await executed('ahead')).toEqual(['hold']);
  });
});

describe('a step that waits out its back-off', () => {
  const waits = (run: string) => async () => {
    const [newest] = await listExecutions(around.db, run, { limit: 1, address: 'flaky' });
    return newest?.outcome === 'failed';
  };

  it('is tried at once; one that executes is not', async () => {
    await writeFile(join(around.folder, 'hurried-broken'), '');
    await running('retrying', 'hurried', 'flaky');
    await eventually(waits('hurried'));
    await act('hurried', { action: 'retry-now', node: 'flaky' });
    await eventually(async () => (await executed('hurried')).length === 2);
    await rm(join(around.folder, 'hurried-broken'));
    // The second try may still be under way.
    await eventually(() =>
      act('hurried', { action: 'retry-now', node: 'flaky' }).then(
        () => true,
        () => false,
      ),
    );
    expect(await end('hurried')).toMatchObject({ status: 'completed', output: { n: 2 } });
    await running('line', 'busy', 'hold');
    await expect(act('busy', { action: 'retry-now', node: 'hold' })).rejects.toMatchObject({ code: 'PER_RUN_039' });
    await act('busy', { action: 'cancel-node', node: 'hold' });
    expect(await end('busy')).toMatchObject({ status: 'failed', reason: saying('by ana: a test') });
  });

  it('may be skipped', async () => {
    await writeFile(join(around.folder, 'skipped-broken'), '');
    await running('retrying', 'skipped', 'flaky');
    await eventually(waits('skipped'));
    await act('skipped', { action: 'skip', node: 'flaky', output: { n: 5 } });
    expect(await end('skipped')).toMatchObject({ status: 'completed', output: { n: 6 } });
  });
});

describe('a wait of a month', () => {
  const waiting = (run: string) => eventually(async () => (await statusOf(run, 'cool-off')) === 'waiting');

  it('outlives its worker and says until when; a person ends it, and a rerun does not wait again', async () => {
    await around.start('cooling', 'cooled');
    await waiting('cooled');
    killGroup(worker);
    worker = await around.worker();
    const view = await readNode(around.db, 'cooled', 'cool-off');
    expect(nodeText(view, new Date())).toMatch(/^status {3}waiting until 2\d{3}-\d\d-\d\dT[\d:.]+Z$/m);
    const wrong = act('cooled', { action: 'skip', node: 'cool-off', output: { until: 'now' } });
    await expect(wrong).rejects.toMatchObject({ code: 'PER_RUN_040' });
    await act('cooled', { action: 'skip', node: 'cool-off' });
    await eventually(async () => (await executed('cooled')).includes('hold'));
    await act('cooled', { action: 'cancel-node', node: 'hold' });
    expect(await end('cooled')).toMatchObject({ status: 'failed' });
    const did = { node: 'cool-off', action: 'skip', ...ana };
    expect(await listInterventions(around.db, 'cooled', { limit: 9 })).toEqual(
      expect.arrayContaining([expect.objectContaining(did)]),
    );
    // Read now: what was seen before the kill may have been noted by a workflow task that died with the worker.
    const until: unknown = (await readNode(around.db, 'cooled', 'cool-off')).node.input;
    const { runId } = await rerun(connection, project.pipelines, { run: 'cooled' });
    await letGo(runId);
    expect(await end(runId)).toMatchObject({ status: 'completed', output: until });
    expect(await executed(runId)).toEqual(['hold']);
    expect(await findNode(around.db, runId, 'cool-off')).toMatchObject({ output: until, reused_from: 'cooled' });
  });

  it('ends with a cancellation of its run', async () => {
    await around.start('cooling', 'cooling');
    await waiting('cooling');
    await cancelRun(connection, 'cooling', { ...ana, grace: 20_000, hard: false });
    expect(await end('cooling')).toMatchObject({ status: 'cancelled' });
    expect(await statusOf('cooling', 'cool-off')).toBe('cancelled');
  });
});

it('an item of a map that tolerates it is cancelled alone', async () => {
  await running('fan', 'fan', 'each[1]/hold');
  await act('fan', { action: 'cancel-node', node: 'each[1]' });
  await letGo('fan');
  expect((await end('fan')).output).toMatchObject([
    { value: 1 },
    { status: 'failed', error: { type: 'PER_FLOW_017' } },
  ]);
  expect(await statusOf('fan', 'each[1]/hold')).toBe('failed');
});

it('what a failure in another shard of a map kept from beginning says so, as what stands in the same shard does', async () => {
  await running('torn', 'torn', 'each[3]/hold');
  await eventually(async () => (await executed('torn')).includes('each[205]/hold'));
  await act('torn', { action: 'cancel-node', node: 'each[3]/hold' });
  expect(await end('torn')).toMatchObject({ status: 'failed' });
  const message = 'not run, since each[3]/hold failed';
  for (const address of ['each[3]/plus', 'each[205]/plus'])
    expect(await findNode(around.db, 'torn', address)).toMatchObject({
      status: 'cancelled',
      error: { type: 'PER_FLOW_017', message, of: 'each[3]/hold' },
    });
  // It ran, and was stopped.
  const stopped = await findNode(around.db, 'torn', 'each[205]/hold');
  expect([stopped?.status, stopped?.error?.of]).toEqual(['cancelled', undefined]);
});

describe('a cancellation', () => {
  const how = (hard: boolean): CancelRun => ({ ...ana, grace: 300, hard });

  /** Ids of the processes of a run's child: its own and that of its child. */
  async function pids(run: string): Promise<number[]> {
    let found: number[] = [];
    await eventually(async () => {
      const text = await readFile(join(around.folder, `${run}-pids`), 'utf8').catch(() => '');
      found = text.trim().split(/\s/).filter(Boolean).map(Number);
      return found.length === 2;
    });
    return found;
  }

  const isGone = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };

  async function cancelled(run: string, hard: boolean): Promise<string[]> {
    await around.start('stubborn', run);
    const children = await pids(run);
    await cancelRun(connection, run, how(hard));
    expect(await end(run)).toMatchObject({ status: 'cancelled', reason: saying('Cancelled by ana: a test.') });
    await eventually(() => Promise.resolve(children.every(isGone)), 30_000);
    expect(await statusOf(run, 'stuck')).toBe('cancelled');
    const did = { action: 'cancel', ...ana, detail: { hard } };
    expect(await listInterventions(around.db, run, { limit: 9 })).toMatchObject([did]);
    return executed(run);
  }

  it('ends a child that does not listen; what is done at the end is done after a grace, and not after a hard end', async () => {
    expect(await Promise.all([cancelled('graceful', false), cancelled('hard', true)])).toEqual([['clean'], []]);
  });
});

it('a run that waits for a pool without a worker says so within 30 s, and no longer once there is one', async () => {
  const gpu = await around.worker('gpu');
  const ended = new Promise((resolve) => gpu.once('exit', resolve));
  killGroup(gpu);
  await ended;
  await around.start('far', 'far');
  await eventually(async () => (await findRun(around.db, 'far'))?.waits_for?.join() === 'gpu', 30_000);
  await around.worker('gpu');
  expect(await end('far')).toMatchObject({ status: 'completed' });
  expect(await findRun(around.db, 'far')).toMatchObject({ waits_for: null });
});

const quiet = pino({ level: 'silent' });
const look = () => reconcile({ db: around.db, temporal: around.client, project: { models: [] }, log: quiet });

describe('a run that somebody wanted ended at once, and who died', () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const ask = { action: 'cancel', ...ana, grace: 1, hard: true } as const;
  const inTemporal = async (run: string) => (await around.client.workflow.getHandle(run).describe()).status.name;

  it.each([
    ['before its record said so', false],
    ['between its record and Temporal', true],
  ])('%s is ended in both, as cancelled by that person', async (_, isRecorded) => {
    const run = isRecorded ? 'half-dead' : 'asked-in-vain';
    await running('line', run, 'hold');
    // One of a moment ago is the client's own to carry out.
    await addIntervention(around.db, { run, id: 'young', at: minutesAgo(0), ask });
    await look();
    expect(await inTemporal(run)).toBe('RUNNING');
    if (isRecorded) await endRun(around.db, { run, status: 'cancelled', reason: 'Cancelled by ana: a test.' });
    await addIntervention(around.db, { run, id: 'old', at: minutesAgo(1), ask });
    await look();
    expect(await inTemporal(run)).toBe('TERMINATED');
    const record = { status: 'cancelled', reason: saying('Cancelled by ana: a test.') };
    expect(await findRun(around.db, run)).toMatchObject(record);
    await look();
    expect(await findRun(around.db, run)).toMatchObject(record);
  });

  it('and that an operator has reset since goes on, until somebody wants it ended again', async () => {
    await running('line', 'revived', 'hold');
    await addIntervention(around.db, { run: 'revived', id: 'old', at: minutesAgo(1), ask });
    await look();
    expect(await inTemporal('revived')).toBe('TERMINATED');
    await reset('revived');
    // Its beginning is told again, and its record is open.
    await eventually(async () => (await findRun(around.db, 'revived'))?.status === 'running');
    await look();
    expect(await inTemporal('revived')).toBe('RUNNING');
    expect(await findRun(around.db, 'revived')).toMatchObject({ status: 'running' });
    await addIntervention(around.db, { run: 'revived', id: 'again', at: minutesAgo(1), ask });
    await look();
    expect(await inTemporal('revived')).toBe('TERMINATED');
  });
});

/** Resets a run to its first workflow task, as an operator does in Temporal. */
async function reset(run: string): Promise<void> {
  const handle = around.client.workflow.getHandle(run);
  const { events } = await handle.fetchHistory();
  const first = (events ?? []).find((event) => event.workflowTaskCompletedEventAttributes);
  const { runId } = await handle.describe();
  await around.client.workflowService.resetWorkflowExecution({
    namespace: around.namespace,
    workflowExecution: { workflowId: run, runId },
    reason: 'an operator',
    requestId: `reset-of-${run}`,
    workflowTaskFinishEventId: first?.eventId ?? null,
  });
}

describe('somebody who acts in Temporal behind the back of the engine', () => {
  it('ends a paused run for good: its record says so, and holds it up no longer', async () => {
    await running('line', 'shot', 'hold');
    await act('shot', { action: 'pause' });
    await around.client.workflow.getHandle('shot').terminate('an operator');
    await eventually(async () => (await look(), (await findRun(around.db, 'shot'))?.status === 'terminated'));
    expect(await findRun(around.db, 'shot')).toMatchObject({ paused: null });
    await expect(act('shot', { action: 'resume' })).rejects.toMatchObject({ code: 'PER_KEEP_004' });
  });

  it('resets a paused run: its record and the run agree whether it is paused, and it goes on', async () => {
    await running('line', 'reset', 'hold');
    await act('reset', { action: 'pause' });
    const handle = around.client.workflow.getHandle('reset');
    const { runId } = await handle.describe();
    await reset('reset');
    await eventually(async () => {
      await look();
      const [row, status] = await Promise.all([
        findRun(around.db, 'reset'),
        handle.query<RunStatus | null>('status').catch(() => null),
      ]);
      return status !== null && row?.temporal_run_id !== runId && (row?.paused !== null) === (status.paused !== null);
    });
    await act('reset', { action: 'resume' }).catch(() => null);
    await letGo('reset');
    expect(await end('reset')).toMatchObject({ status: 'completed', output: { n: 2 } });
  });

  it.each([
    ['its beginning', 'first', [1, 2]],
    ['its beginning, and the server tells it what it was told', 'begun', []],
    ['where it waited for the person', 'release', []],
    ['where it waited for the person, and nobody answers it again', 'release-unsaid', [1, 2]],
  ])('resets a run to %s: it waits for no month and no person again', async (_, run, exclude) => {
    await around.start('patient', run);
    await eventually(async () => (await statusOf(run, 'cool-off')) === 'waiting');
    await act(run, { action: 'skip', node: 'cool-off' });
    await eventually(async () => (await statusOf(run, 'release')) === 'waiting');
    const handle = around.client.workflow.getHandle(run);
    const tasks = async () =>
      ((await handle.fetchHistory()).events ?? []).flatMap((one) =>
        one.workflowTaskCompletedEventAttributes && one.eventId ? [one.eventId] : [],
      );
    const waiting = (await tasks()).length;
    await approve(connection, run, { node: 'release', approved: true, by: 'ana' });
    const output: unknown = await handle.result();
    const before = await listNodes(around.db, run, { limit: 9 });
    const all = await tasks();
    await around.client.workflowService.resetWorkflowExecution({
      namespace: around.namespace,
      workflowExecution: { workflowId: run, runId: (await handle.describe()).runId },
      reason: 'an operator',
      requestId: `reset-of-${run}`,
      workflowTaskFinishEventId: all[run.startsWith('release') ? waiting : 0] ?? null,
      resetReapplyExcludeTypes: exclude,
    });
    if (run === 'release-unsaid') {
      await eventually(
        async () => (await handle.query<RunStatus | null>('status').catch(() => null))?.waiting.length === 1,
      );
      // Whoever answers it now is told what has been answered.
      const told = await approve(connection, run, { node: 'release', approved: false, by: 'bob' });
      expect(told).toMatchObject({ approved: true, by: 'ana' });
    }
    expect(await handle.result()).toEqual(output);
    expect(await listNodes(around.db, run, { limit: 9 })).toEqual(before);
    expect(await executed(run)).toEqual(['first', 'last']);
  });

  it('sends what nobody sends: it changes nothing, or is refused', async () => {
    await running('line', 'noise', 'hold');
    const handle = around.client.workflow.getHandle('noise');
    await handle.signal('nonsense', { a: 1 });
    for (const said of [null, 7, { type: 'completed', address: 'hold', output: { n: 9 } }])
      await handle.signal('order', said);
    for (const asked of [null, {}, { action: 'explode', by: 'me' }])
      await expect(handle.executeUpdate('intervene', { args: [asked] })).rejects.toMatchObject({
        cause: { type: 'PER_RUN_043' },
      });
    await letGo('noise');
    expect(await end('noise')).toMatchObject({ status: 'completed', output: { n: 2 } });
  });
});

it('items of a map are listed by page and by status, and one of them by its nodes', async () => {
  const page = await readItems(around.db, 'wide', { map: 'each', limit: 3, after: 'each[203]' });
  expect(page).toMatchObject({
    next: 206,
    items: [{ item: 204 }, { item: 205, nodes: 3, status: 'completed' }, { item: 206 }],
  });
  expect((await readItems(around.db, 'wide', { map: 'each', limit: 500, status: 'completed' })).items).toHaveLength(
    210,
  );
  const failed = await readItems(around.db, 'fan', { map: 'each', limit: 9, status: 'failed' });
  expect(failed).toMatchObject({
    next: null,
    items: [{ item: 1, failed: 'each[1]/hold', error: { type: 'PER_FLOW_017' } }],
  });
  expect((await listNodes(around.db, 'wide', { limit: 9, within: 'each[205]' })).map(({ address }) => address)).toEqual(
    [...['each[205]/one', 'each[205]/hold', 'each[205]/plus']],
  );
  expect((await readNode(around.db, 'wide', 'each[205]/hold')).node).toMatchObject({ output: { n: 205 } });
  await expect(readItems(around.db, 'wide', { map: 'some', limit: 1 })).rejects.toMatchObject({
    code: 'PER_RUN_036',
  });
});

it('a worker that lacks the code of a step ends at its start, and says which, of which pipeline, and what to do', async () => {
  const env = {
    ...process.env,
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_STATE: join(around.folder, 'lacking'),
    PERENNIAL_PROJECT: join(__dirname, 'lacking'),
  };
  const program = join(__dirname, '../../../dist/workers/main.js');
  const ended = promisify(execFile)(process.execPath, [program, '--pool', 'gpu'], { env });
  await expect(ended).rejects.toMatchObject({ code: 2, stdout: '' });
  const said = await ended.catch((error: unknown) => z.object({ stderr: z.string() }).parse(error).stderr);
  expect(said).toMatch(/PER_DEF_014.*limp of the pipeline lame has no code in the pool 'gpu'.*implement/);
});

it.each<[string, string, Ask, string]>([
  ['an unknown run', 'nobody', { action: 'pause' }, 'PER_KEEP_004'],
  ['an unknown node', 'open', { action: 'skip', node: 'three', output: 1 }, 'PER_RUN_036'],
  ['going on with what goes on', 'open', { action: 'resume' }, 'PER_RUN_035'],
  ['a name that is none', 'open', { action: 'pause' }, 'PER_RUN_043'],
])('%s is refused', async (_, run, ask, code) => {
  await around.start('line', 'open').catch(() => null);
  await eventually(async () => (await findRun(around.db, 'open')) !== null);
  const by = code === 'PER_RUN_043' ? '' : 'ana';
  const refused = intervene(connection, run, { ...ask, by, reason: null });
  await expect(refused).rejects.toMatchObject({ code });
});

it('without any worker a run is not paused but can be ended', async () => {
  await running('line', 'alone', 'hold');
  killGroup(worker);
  const refused = expect(act('alone', { action: 'pause' })).rejects.toMatchObject({ code: 'PER_RUN_042' });
  expect(await cancelRun(connection, 'alone', { ...ana, grace: 1, hard: true })).toEqual({ state: 'ended' });
  await refused;
  const reason = saying('Cancelled by ana: a test.');
  expect(await findRun(around.db, 'alone')).toMatchObject({ status: 'cancelled', reason });
  expect((await around.client.workflow.getHandle('alone').describe()).status.name).toBe('TERMINATED');
});
