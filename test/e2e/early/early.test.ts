// Danger: an output that is there already waits for a GPU; or the other way round, one of other code, without its files, or
// of a use that wants no cache is taken because nobody asked the pool's own workers; or a look-up that breaks breaks the
// run, or gets round a person who holds it up. Real workers, and for most of the time none on the pool gpu.
import type { ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readWhy } from '../../../cli/read-why';
import { whyText } from '../../../cli/views/why-text';
import { awaitRun } from '../../../client/await-run';
import { intervene } from '../../../client/intervene';
import type { Intervention, RunStatus } from '../../../core/interpret';
import { diskArtifacts } from '../../../store/artifacts';
import { listExecutions } from '../../../store/executions/list-executions';
import { findNode } from '../../../store/nodes/find-node';
import { eventually, Surroundings } from '../../chaos/surroundings';

jest.setTimeout(120_000);

let around: Surroundings;
let cpu: ChildProcess;

const HEAVY = 'x'.repeat(250_000);

const EDITED = '../e2e/early/edited';

beforeAll(async () => {
  around = await Surroundings.open('../e2e/early/project');
  const [gpu, other] = await Promise.all([around.worker('gpu'), around.worker()]);
  cpu = other;
  for (const pipeline of ['line', 'fan', 'blobs']) {
    await around.start(pipeline, pipeline);
    await end(pipeline);
  }
  await eventually(async () => (await announced()) > 0);
  await ended(gpu);
});

afterAll(async () => {
  await around.close();
});

const end = (run: string) => awaitRun({ temporal: around.client, db: around.db }, run);

/** Lets a worker end as it ends when it is asked to. */
async function ended(worker: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => worker.once('exit', resolve));
  worker.kill('SIGTERM');
  await exit;
}

async function announced(): Promise<number> {
  const { rows } = await around.db.query<{ n: number }>('SELECT count(*) AS n FROM pool_steps');
  return rows[0]?.n ?? 0;
}

async function executed(run: string): Promise<string[]> {
  const lines = (await readFile(join(around.folder, 'executed'), 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith(`${run} `)).map((line) => line.slice(run.length + 1));
}

/** What a run's history has of look-ups before dispatch, and of steps that were handed to workers. */
async function traces(run: string): Promise<{ lookUps: number; handedOut: string[] }> {
  const { events } = await around.client.workflow.getHandle(run).fetchHistory();
  const all = events ?? [];
  const data = all.map(({ markerRecordedEventAttributes: marker }) => marker?.details?.['data']?.payloads?.[0]?.data);
  return {
    lookUps: data.filter((bytes) => bytes && Buffer.from(bytes).includes('perennial.look-up-cached')).length,
    handedOut: all.flatMap(({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType?.name ?? []),
  };
}

/** Holds until a step of a run waits for a worker of its pool. */
async function waits(run: string, step: string): Promise<void> {
  await eventually(async () => (await traces(run)).handedOut.includes(step));
  expect(await findNode(around.db, run, step)).toBeNull();
}

/** Starts a run whose step has to wait, and looks how often the cache was asked before. */
async function startWaiting(pipeline: string, run: string, step: string): Promise<number> {
  await around.start(pipeline, run);
  await waits(run, step);
  const { lookUps } = await traces(run);
  await around.client.workflow.getHandle(run).terminate();
  return lookUps;
}

describe('without a worker on the pool', () => {
  it('a run with the same input ends by what the cache has, and says so as ever', async () => {
    await around.start('line', 'again');
    expect(await end('again')).toMatchObject({ status: 'completed', output: { n: 3 } });
    expect(await executed('again')).toEqual([]);
    expect(await findNode(around.db, 'again', 'fit')).toMatchObject({
      pool: 'gpu',
      status: 'completed',
      output: { n: 2 },
      cache: { hit: true, from: { run: 'line', address: 'fit' } },
    });
    expect((await listExecutions(around.db, 'again', { limit: 5, address: 'fit' })).map((e) => e.outcome)).toEqual([
      'committed',
    ]);
    expect(whyText(await readWhy(around.db, 'again', 'fit'))).toContain('the output is that of fit in line');
  });

  it('a hit costs one event, and nodes that are ready together cost one together; the own pool is not asked for', async () => {
    expect(await traces('again')).toMatchObject({ lookUps: 1, handedOut: ['plus'] });
    await around.start('fan', 'fan-again');
    expect(await end('fan-again')).toMatchObject({ output: [11, 21, 31] });
    expect(await traces('fan-again')).toMatchObject({ lookUps: 1, handedOut: [] });
    expect((await traces('line')).lookUps).toBe(1);
  });

  it('a use without cache waits and is not looked up, as does one of a run without', async () => {
    expect(await startWaiting('uncached', 'node-off', 'fit')).toBe(0);
    const args = [{ config: { folder: around.folder }, plan: 'current', noCache: true }];
    await around.client.workflow.start('line', { workflowId: 'run-off', taskQueue: 'perennial-cpu', args });
    await waits('run-off', 'fit');
    expect((await traces('run-off')).lookUps).toBe(0);
    await around.client.workflow.getHandle('run-off').terminate();
  });

  it('another input waits', async () => {
    const args = [{ config: { folder: `${around.folder}/.` }, plan: 'current' }];
    await around.client.workflow.start('line', { workflowId: 'other-input', taskQueue: 'perennial-cpu', args });
    await waits('other-input', 'fit');
    await around.client.workflow.getHandle('other-input').terminate();
  });

  it('a step waits of which two workers have said different things', async () => {
    const { rowCount } = await around.db.query(
      `INSERT INTO pool_steps (worker, step, pool, build, project, code, environment)
       SELECT 'elsewhere:1', step, pool, build, project, 'other', environment FROM pool_steps WHERE step = 'fit'`,
    );
    expect(rowCount).toBe(1);
    expect(await startWaiting('line', 'contested', 'fit')).toBe(1);
    await around.db.query(`DELETE FROM pool_steps WHERE worker = 'elsewhere:1'`);
    await around.start('line', 'agreed');
    expect(await end('agreed')).toMatchObject({ status: 'completed' });
  });
});

/** Makes whoever reads what workers have announced wait; returns what lets them go on. */
async function holdLookUps(): Promise<() => Promise<void>> {
  const holder = await around.db.connect();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE pool_steps IN ACCESS EXCLUSIVE MODE');
  return async () => {
    await holder.query('ROLLBACK');
    holder.release();
  };
}

/** Starts a run that takes in what happens during a look-up: it need not have ended for a workflow task to end. */
async function startBrisk(pipeline: string, run: string, config: object): Promise<void> {
  const args = [{ config, plan: 'current' }];
  const options = { workflowId: run, taskQueue: 'perennial-cpu', workflowTaskTimeout: '1s' } as const;
  await around.client.workflow.start(pipeline, { ...options, args });
}

describe('a look-up that breaks', () => {
  it.each([
    ['is refused', 'ALTER TABLE pool_steps RENAME TO away'],
    ['is held up', 'LOCK TABLE pool_steps IN ACCESS EXCLUSIVE MODE'],
  ])('because it %s is a miss', async (what, statement) => {
    const holder = await around.db.connect();
    await holder.query('BEGIN');
    await holder.query(statement);
    if (what === 'is refused') await holder.query('COMMIT');
    try {
      expect(await startWaiting('line', `broken ${what}`, 'fit')).toBe(1);
    } finally {
      await holder.query(what === 'is refused' ? 'ALTER TABLE away RENAME TO pool_steps' : 'ROLLBACK');
      holder.release();
    }
  });
});

it('nodes of failed look-ups are handed out in messages that Temporal takes, however many they are', async () => {
  const items = Array.from({ length: 32 }, (_, n) => n);
  const letGo = await holdLookUps();
  try {
    await startBrisk('heavy', 'heavy', { text: HEAVY, items });
    const handle = around.client.workflow.getHandle('heavy');
    await eventually(async () => (await handle.describe()).raw.pendingActivities?.length === items.length);
  } finally {
    await letGo();
  }
  const gpu = await around.worker('gpu');
  expect(await end('heavy')).toMatchObject({ status: 'completed', output: items.map((n) => n + 250_000) });
  await ended(gpu);
});

describe('a run that is paused during a look-up', () => {
  const ana = { by: 'ana', reason: null } as const;
  const act = (run: string, ask: Intervention) => intervene({ temporal: around.client, db: around.db }, run, ask);

  async function paused(
    run: string,
    pipeline = 'fan',
    config: object = { folder: `${around.folder}/.` },
  ): Promise<void> {
    const letGo = await holdLookUps();
    try {
      await startBrisk(pipeline, run, config);
      await eventually(async () => {
        const { rows } = await around.db.query(
          // The look-up itself: what the worker says of itself waits for the same table.
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
             AND query LIKE 'SELECT%FROM pool_steps%'`,
        );
        return rows.length > 0;
      });
      await act(run, { action: 'pause', ...ana });
    } finally {
      await letGo();
    }
    await eventually(async () => (await traces(run)).lookUps === 1);
    expect((await traces(run)).handedOut).toEqual([]);
  }

  it('hands out nothing until it is resumed', async () => {
    await paused('resumed');
    await act('resumed', { action: 'resume', ...ana });
    await eventually(async () => (await traces('resumed')).handedOut.length === 3);
    await around.client.workflow.getHandle('resumed').terminate();
  });

  it('ends what the cache has, though nodes that it has not were looked up with it', async () => {
    await paused('mixed', 'heavy', { text: HEAVY, items: [0, 99] });
    await eventually(async () => {
      const { nodes } = await around.client.workflow.getHandle('mixed').query<RunStatus>('status');
      const stateOf = (address: string) => nodes.find((each) => each.address === address)?.status;
      return stateOf('each[0]/weigh') === 'completed' && stateOf('each[1]/weigh') === 'running';
    });
    expect((await traces('mixed')).handedOut).toEqual([]);
    await act('mixed', { action: 'resume', ...ana });
    await eventually(async () => (await traces('mixed')).handedOut.length > 0);
    expect((await traces('mixed')).handedOut).toEqual(['weigh']);
    await around.client.workflow.getHandle('mixed').terminate();
  });

  it('ends when one of its nodes is cancelled: the others are stopped without being handed out', async () => {
    await paused('stopped');
    await act('stopped', { action: 'cancel-node', node: 'each[0]', ...ana });
    expect(await end('stopped')).toMatchObject({ status: 'failed' });
    expect((await traces('stopped')).handedOut).toEqual([]);
  });
});

it('a hit whose file is gone is none: the pool makes it again', async () => {
  await around.start('blobs', 'blobs-again');
  const { output } = await end('blobs-again');
  expect(await executed('blobs-again')).toEqual([]);
  const { blob } = z.object({ blob: z.string() }).parse(output);
  const artifacts = diskArtifacts(around.db, join(around.folder, 'state', 'artifacts'));
  await rm(await artifacts.pathOf(blob), { force: true });
  await around.start('blobs', 'blobs-gone');
  await waits('blobs-gone', 'keep');
  const gpu = await around.worker('gpu');
  expect(await end('blobs-gone')).toMatchObject({ status: 'completed', output: { blob } });
  expect(await executed('blobs-gone')).toEqual(['keep']);
  await ended(gpu);
});

it('edited code waits for a worker that has it, and is found without one from then on', async () => {
  await ended(cpu);
  cpu = await around.worker('cpu', null, EDITED);
  await around.start('line', 'edited');
  await waits('edited', 'fit');
  const gpu = await around.worker('gpu', null, EDITED);
  expect(await end('edited')).toMatchObject({ output: { n: 102 } });
  const before = await announced();
  expect(before).toBeGreaterThan(0);
  await ended(gpu);
  await around.start('line', 'edited-again');
  expect(await end('edited-again')).toMatchObject({ output: { n: 102 } });
  expect(await executed('edited-again')).toEqual([]);
});
