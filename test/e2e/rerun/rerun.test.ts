// Danger: a rerun executes again (and pays for) what it said it would reuse, waits for a pool that it does not need, or
// hands on an output that belongs to another config. Real workers, whose steps write down each of their executions.
import { type ChildProcess } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { approve } from '../../../client/approve';
import { awaitRun, type EndedRun } from '../../../client/await-run';
import { type Rerun, rerun, type StartedRerun } from '../../../client/rerun';
import { listNodes } from '../../../store/nodes/list-nodes';
import type { NodeRow } from '../../../store/nodes/node-row';
import { findRun } from '../../../store/runs/find-run';
import { eventually, killGroup, Surroundings } from '../../chaos/surroundings';
import type { RunEvent } from '../../../client/run-events';
import { clientOver, type PerennialClient } from '../../../client/typed-client';
import project, { chain, extract, weigh, wide, write } from './project/perennial.config';

jest.setTimeout(120_000);

let around: Surroundings;
let gpu: ChildProcess;
let connection: { temporal: Surroundings['client']; db: Surroundings['db'] };

beforeAll(async () => {
  around = await Surroundings.open('../e2e/rerun/project');
  connection = { temporal: around.client, db: around.db };
  [gpu] = await Promise.all([around.worker('gpu'), around.worker()]);
});

afterAll(async () => {
  await around.close();
});

const broken = () => join(around.folder, 'broken');

/** Addresses that a run's executions were of, in order of name. */
async function executed(run: string): Promise<string[]> {
  const text = await readFile(join(around.folder, 'executed'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.startsWith(`${run} `));
  return lines.map((line) => line.slice(run.length + 1)).sort();
}

async function nodes(run: string): Promise<Map<string, NodeRow>> {
  const rows = await listNodes(around.db, run, { limit: 1_000 });
  return new Map(rows.map((row) => [row.address, row]));
}

async function answer(run: string): Promise<void> {
  await eventually(async () => (await nodes(run)).get('sign')?.status === 'waiting');
  await approve(connection, run, { node: 'sign', approved: true, by: 'ana' });
}

/** Starts a rerun and waits for its end. */
async function again(request: Rerun): Promise<StartedRerun & { end: EndedRun; ran: string[] }> {
  const started = await rerun(connection, project.pipelines, request);
  const end = await awaitRun(connection, started.runId);
  return { ...started, end, ran: await executed(started.runId) };
}

/** The run that the others repeat: everything ran but its last step, which failed. */
async function failedChain(id: string): Promise<void> {
  await writeFile(broken(), '');
  await around.start('chain', id);
  await answer(id);
  expect(await awaitRun(connection, id)).toMatchObject({ status: 'failed' });
  await rm(broken());
}

/** A typed client loses events, or reads another run's outputs: here it is held against the real engine. */
describe('the typed client', () => {
  const client = (): PerennialClient => clientOver({ ...connection, close: async () => undefined });

  it('starts a run, hears of everything once, answers, and reads outputs and value by their types', async () => {
    const run = await client().start(chain, { folder: around.folder, by: 13 }, { id: 'typed' });
    const heard: RunEvent[] = [];
    for await (const event of run.events()) {
      heard.push(event);
      if (event.type === 'node-asks') {
        expect(event.show).toEqual({ n: 39 });
        await run.approve(event.address, { approved: true, by: 'ana' });
      }
    }
    const told = heard.map((event) => (event.type === 'run-ended' ? event.type : `${event.address} ${event.type}`));
    expect(told).toEqual([
      'extract node-started',
      'extract node-ended',
      'fit node-started',
      'fit node-ended',
      'weigh node-started',
      'weigh node-ended',
      'sign node-asks',
      'sign node-ended',
      'ship node-started',
      'ship node-ended',
      'run-ended',
    ]);
    const value: { n: number } = await run.result();
    expect(value).toEqual({ n: 39 });
    expect(await run.status()).toBe('completed');
  });

  it('reads a past run: the same events, outputs by contract, and refuses what is not there', async () => {
    const past = client().run(chain, 'typed');
    const heard: RunEvent[] = [];
    for await (const event of past.events()) heard.push(event);
    expect(heard).toHaveLength(11);
    expect(heard.at(-1)).toMatchObject({ type: 'run-ended', end: { status: 'completed', output: { n: 39 } } });
    expect((await past.outputOf(weigh)).n).toBe(39);
    expect((await past.outputOf(extract, 'extract')).n).toBe(2);
    await expect(past.outputOf(write, 'extract')).rejects.toMatchObject({ code: 'PER_RUN_083' });
    await expect(past.outputOf(extract, 'nowhere')).rejects.toMatchObject({ code: 'PER_RUN_083' });
    await expect(client().run(wide, 'typed').outputOf(extract)).rejects.toMatchObject({ code: 'PER_RUN_084' });
    await expect(client().run(chain, 'none').result()).rejects.toMatchObject({ code: 'PER_KEEP_004' });
    await expect(client().run(chain, 'none').events().next()).rejects.toMatchObject({ code: 'PER_KEEP_004' });
  });

  it('tells of a run that was cancelled, which has no value', async () => {
    const run = await client().start(chain, { folder: around.folder, by: 13 }, { id: 'typed-cancelled' });
    for await (const event of run.events()) if (event.type === 'node-asks') await run.cancel();
    expect(await run.ended()).toMatchObject({ status: 'cancelled' });
    await expect(run.result()).rejects.toMatchObject({ code: 'PER_RUN_082' });
  });
});

describe('a chain that failed at its end, over two pools', () => {
  beforeAll(async () => {
    await failedChain('parent');
    expect(await executed('parent')).toEqual(['extract', 'fit', 'ship', 'weigh']);
    // From here on nobody works on the pool gpu: what waits for it waits for ever.
    const ended = new Promise((resolve) => gpu.once('exit', resolve));
    killGroup(gpu);
    await ended;
  });

  it('goes on where it failed: nothing upstream is executed or asked again', async () => {
    const { end, ran, runId, reused } = await again({ run: 'parent' });
    expect(end).toMatchObject({ status: 'completed', output: { n: 30 } });
    expect(ran).toEqual(['ship']);
    expect(reused).toBe(4);
    expect(await findRun(around.db, runId)).toMatchObject({ parent_run: 'parent', decision_id: null, model: null });
    const rows = await nodes(runId);
    expect(['extract', 'fit', 'weigh', 'sign', 'ship'].map((id) => rows.get(id)?.reused_from)).toEqual([
      ...['parent', 'parent', 'parent', 'parent'],
      null,
    ]);
    expect(rows.get('sign')).toMatchObject({ status: 'completed', output: { approved: true, by: 'ana' } });
  });

  it('a rerun of a rerun names the run that executed', async () => {
    const first = await again({ run: 'parent', runId: 'first' });
    const second = await again({ run: first.runId, from: 'ship' });
    expect(second.ran).toEqual(['ship']);
    expect((await nodes(second.runId)).get('fit')).toMatchObject({ reused_from: 'parent' });
  });

  it('from a node: it and what depends on it, the node itself without its cache', async () => {
    const started = await rerun(connection, project.pipelines, { run: 'parent', from: 'weigh' });
    await answer(started.runId);
    expect(await awaitRun(connection, started.runId)).toMatchObject({ status: 'completed', output: { n: 30 } });
    expect(await executed(started.runId)).toEqual(['ship', 'weigh']);
  });

  it('with another config: what reads it and what depends on that', async () => {
    const started = await rerun(connection, project.pipelines, { run: 'parent', config: { by: 7 } });
    await answer(started.runId);
    expect(await awaitRun(connection, started.runId)).toMatchObject({ status: 'completed', output: { n: 21 } });
    expect(await executed(started.runId)).toEqual(['ship', 'weigh']);
    expect(await findRun(around.db, started.runId)).toMatchObject({ config: { by: 7, folder: around.folder } });
  });
});

describe('a map in shards', () => {
  beforeAll(async () => {
    const handle = await around.start('wide', 'wide-parent');
    await handle.result();
    expect(await executed('wide-parent')).toHaveLength(212);
  });

  it('is taken over as a whole, without a child workflow', async () => {
    const { ran, end, runId, reused } = await again({ run: 'wide-parent', from: 'sum' });
    expect(ran).toEqual(['ship', 'sum']);
    expect(end.output).toEqual({ n: (210 * 211) / 2 });
    expect(reused).toBe(211);
    const { events } = await around.client.workflow.getHandle(runId).fetchHistory();
    expect((events ?? []).filter((event) => event.childWorkflowExecutionStartedEventAttributes)).toEqual([]);
  });

  it('runs one item again and reuses the others', async () => {
    const { ran, end } = await again({ run: 'wide-parent', only: 'each[205]' });
    expect(ran).toEqual(['each[205]/touch-lightly', 'ship', 'sum']);
    expect(end.output).toEqual({ n: (210 * 211) / 2 });
  });
});

it('outputs that no message could hold together are reused', async () => {
  const handle = await around.start('heavy', 'heavy-parent');
  await handle.result();
  const { ran, end, reused } = await again({ run: 'heavy-parent', only: 'texts[99]' });
  expect(reused).toBe(99);
  expect(end.status).toBe('completed');
  expect(ran).toEqual(['ship', 'sum', 'texts[99]/write']);
});

describe('a loop whose run failed after it', () => {
  const rounds = [0, 1, 2].map((round) => `grow[${round}]/extract`);

  beforeAll(async () => {
    await writeFile(broken(), '');
    await around.start('growing', 'growing-parent');
    expect(await awaitRun(connection, 'growing-parent')).toMatchObject({ status: 'failed' });
    await rm(broken());
  });

  it('has told of the failure, after everything else', async () => {
    expect(await executed('growing-parent')).toEqual(['alert', ...rounds, 'ship']);
    expect((await nodes('growing-parent')).get('alert')).toMatchObject({ status: 'completed', output: { n: 0 } });
  });

  it('is taken over with all its rounds, and nobody is told of what went well', async () => {
    const { ran, end } = await again({ run: 'growing-parent' });
    expect(end).toMatchObject({ status: 'completed', output: { n: 3 } });
    expect(ran).toEqual(['ship']);
  });

  it('goes on from one of its rounds: that one and those after it', async () => {
    const { ran, end } = await again({ run: 'growing-parent', from: 'grow[1]/extract' });
    expect(end).toMatchObject({ status: 'completed', output: { n: 3 } });
    expect(ran).toEqual([...rounds.slice(1), 'ship']);
  });
});

it('the rounds of a loop come from the cache in another run of it', async () => {
  const rounds = [0, 1, 2].map((round) => `double[${round}]/weigh`);
  const output = { value: { n: 8 }, iterations: 3, done: true };
  for (const id of ['doubling-first', 'doubling-second']) {
    await around.start('doubling', id);
    expect(await awaitRun(connection, id)).toMatchObject({ status: 'completed', output });
  }
  expect(await executed('doubling-first')).toEqual(rounds);
  expect(await executed('doubling-second')).toEqual([]);
  const [first, second] = [await nodes('doubling-first'), await nodes('doubling-second')];
  expect(rounds.map((address) => first.get(address)?.cache?.hit)).toEqual([false, false, false]);
  // Each from the round whose input it has, and by the cache: a rerun's take-over would name the run that executed.
  expect(rounds.map((address) => second.get(address))).toMatchObject(
    rounds.map((address, round) => ({
      ...{ status: 'completed', output: { n: 2 ** (round + 1) }, reused_from: null },
      cache: { hit: true, from: { run: 'doubling-first', address } },
    })),
  );
});

describe('the original code', () => {
  it('is run with its plan, by workers of its build', async () => {
    const { end, ran } = await again({ run: 'wide-parent', from: 'ship', code: 'original' });
    expect([end.status, ran]).toEqual(['completed', ['ship']]);
  });

  it('is refused, naming the build, when no worker of it polls', async () => {
    await around.db.query(`UPDATE runs SET build = 'the-build-before' WHERE id = 'heavy-parent'`);
    const refused = rerun(connection, project.pipelines, { run: 'heavy-parent', code: 'original' });
    await expect(refused).rejects.toMatchObject({ code: 'PER_RUN_032' });
    await expect(refused).rejects.toThrow('the-build-before');
  });
});

describe('what cannot be rerun is refused with a code', () => {
  it.each<[string, Partial<Rerun>, string]>([
    ['an unknown run', { run: 'nobody' }, 'PER_KEEP_004'],
    ['an unknown node', { from: 'weight' }, 'PER_RUN_036'],
    ['an unknown item', { only: 'each[210]' }, 'PER_RUN_036'],
    ['a config that the contract refuses', { config: { folder: 1 } }, 'PER_RUN_013'],
    ['a key that the contract does not know', { config: { nonsense: 1 } }, 'PER_RUN_013'],
    ['an id that is taken', { runId: 'heavy-parent' }, 'PER_RUN_015'],
  ])('%s', async (_, request, code) => {
    await expect(rerun(connection, project.pipelines, { run: 'wide-parent', ...request })).rejects.toMatchObject({
      code,
    });
  });

  it('a config with a key that the pipeline has lost since, by its name', async () => {
    const lost = `UPDATE runs SET config = config || '{"gone": 1}' WHERE id = 'heavy-parent'`;
    await around.db.query(lost);
    const refused = rerun(connection, project.pipelines, { run: 'heavy-parent' });
    await expect(refused).rejects.toMatchObject({ code: 'PER_RUN_085' });
    await expect(refused).rejects.toThrow(/heavy-parent.*'gone'.*heavy no longer has/);
  });

  it('a run that has not ended', async () => {
    const handle = await around.start('chain', 'open');
    await eventually(async () => (await findRun(around.db, 'open')) !== null);
    await expect(rerun(connection, project.pipelines, { run: 'open' })).rejects.toMatchObject({ code: 'PER_RUN_033' });
    await handle.terminate();
  });
});
