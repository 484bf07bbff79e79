// Danger: a back-fill that does good work again, leaves a hole, runs more at once than was asked, or stands still for ever
// because somebody else acted on one of its runs. A real worker, whose steps write down each of their executions.
import type { ChildProcess } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { awaitRun } from '../../../client/await-run';
import { type Backfill, cancelBackfill, previewBackfill, startBackfill } from '../../../client/backfill';
import { rerun } from '../../../client/rerun';
import { startPartition } from '../../../client/start-partition';
import { startRun } from '../../../client/start-run';
import { addBackfill } from '../../../store/backfills/add-backfill';
import type { BackfillRow } from '../../../store/backfills/backfill-row';
import { listBackfillPartitions } from '../../../store/backfills/list-backfill-partitions';
import { findBackfill } from '../../../store/backfills/list-backfills';
import { transaction } from '../../../store/db';
import { listPartitions } from '../../../store/partitions/list-partitions';
import { findRun } from '../../../store/runs/find-run';
import { reconcile } from '../../../workers/reconcile';
import { eventually, killGroup, Surroundings } from '../../chaos/surroundings';
import { recordHistory } from '../../replay/record';
import { perennial } from '../stack/launch';
import { edited, nightly, regional } from './project/pipelines';

jest.setTimeout(120_000);

let around: Surroundings;
let worker: ChildProcess;
let connection: { temporal: Surroundings['client']; db: Surroundings['db'] };
const pipelines = [nightly, regional];

beforeAll(async () => {
  around = await Surroundings.open('../e2e/backfill/project');
  connection = { temporal: around.client, db: around.db };
  worker = await around.worker();
});

afterAll(async () => {
  await around.close();
});

/** A text that has these words. */
const saying = (words: string): unknown => expect.stringContaining(words);
const file = (name: string): string => join(around.folder, name);

async function executed(run: string): Promise<string[]> {
  const text = await readFile(file('executed'), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => (line.startsWith(`${run} `) ? [line.slice(run.length + 1)] : []));
}

type Request = Omit<Backfill, 'pipeline' | 'config' | 'missingOnly' | 'maxParallel'> & Partial<Backfill>;
const of = (request: Request): Backfill => ({
  pipeline: 'nightly',
  config: { folder: around.folder },
  missingOnly: false,
  maxParallel: 4,
  ...request,
});

async function start(request: Request, pace?: { taken: number; askEvery: number }): Promise<string> {
  const { id } = await startBackfill(connection, pipelines, { ...of(request), ...(pace && { pace }) });
  if (id === null) throw new Error('there was nothing to do');
  return id;
}

async function ended(id: string): Promise<BackfillRow> {
  await eventually(async () => (await findBackfill(around.db, id))?.status !== 'running');
  const row = await findBackfill(around.db, id);
  if (row === null) throw new Error('it is gone');
  return row;
}

const counts = (given: Partial<BackfillRow['counts']>): BackfillRow['counts'] => ({
  waiting: 0,
  running: 0,
  done: 0,
  kept: 0,
  failed: 0,
  left: 0,
  ...given,
});

async function statesOf(id: string): Promise<string[]> {
  const all = ['waiting', 'running', 'done', 'kept', 'failed', 'left'] as const;
  const rows = await listBackfillPartitions(around.db, id, { limit: 100, states: all });
  return rows.map(({ partition, state, run_id: run }) => `${partition} ${state} ${run ?? '-'}`);
}

test('runs each partition once under its own id; what failed is run again, and only that', async () => {
  await writeFile(file('broken-2026-01-03'), '');
  const first = await start({ from: '2026-01-01', to: '2026-01-05' });
  expect(await ended(first)).toMatchObject({ status: 'failed', counts: counts({ done: 4, failed: 1 }) });
  expect(await listBackfillPartitions(around.db, first, { limit: 9, states: ['failed'] })).toMatchObject([
    { partition: '2026-01-03', run_id: 'nightly:2026-01-03', reason: saying('is broken') },
  ]);
  await recordHistory(around.client.workflow.getHandle(first), 'backfill');

  await rm(file('broken-2026-01-03'));
  const again = of({ from: '2026-01-01', to: '2026-01-06' });
  expect(await previewBackfill(connection, pipelines, again)).toMatchObject({
    start: ['2026-01-03', '2026-01-06'],
    kept: ['2026-01-01', '2026-01-02', '2026-01-04', '2026-01-05'],
  });
  const second = await start(again);
  expect(await ended(second)).toMatchObject({ status: 'completed', counts: counts({ done: 2, kept: 4 }) });
  // What the failed run had done of it was taken over.
  expect(await executed('nightly:2026-01-03')).toEqual(['extract']);
  expect(await executed('nightly:2026-01-03:2')).toEqual(['load']);
  expect(await executed('nightly:2026-01-01')).toEqual(['extract', 'load']);
  expect(await findRun(around.db, 'nightly:2026-01-05')).toMatchObject({
    output: { rows: 5 },
    partition: '2026-01-05',
  });

  const third = await startBackfill(connection, pipelines, again);
  expect(third).toMatchObject({ id: null, start: [], running: [] });
});

test('never has more runs in hand than it may, and goes on in a new history and under a new worker', async () => {
  await writeFile(file('held'), '');
  const id = await start({ from: '2026-02-01', to: '2026-02-07', maxParallel: 2 }, { taken: 2, askEvery: 200 });
  const begun = async (): Promise<number> => (await statesOf(id)).filter((line) => line.includes(' running ')).length;
  await eventually(async () => (await executed('nightly:2026-02-02')).length > 0);
  expect(await begun()).toBe(2);
  expect(await executed('nightly:2026-02-03')).toEqual([]);
  killGroup(worker);
  await rm(file('held'));
  worker = await around.worker();
  expect(await ended(id)).toMatchObject({ status: 'completed', counts: counts({ done: 7 }) });
  const { rows } = await around.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM runs a JOIN runs b
       ON b.partition LIKE '2026-02-%' AND a.started_at BETWEEN b.started_at AND b.ended_at
     WHERE a.partition LIKE '2026-02-%' GROUP BY a.id ORDER BY n DESC LIMIT 1`,
  );
  expect(rows).toEqual([{ n: 2 }]);
  // Seven by two at most; Temporal lists a history a moment after it began.
  await eventually(async () => (await around.client.workflow.count(`WorkflowId = '${id}'`)).count > 3);
  await recordHistory(around.client.workflow.getHandle(id), 'backfill-continued');
});

test('of two that want the same partition the second is refused; one that is cancelled begins nothing more', async () => {
  await writeFile(file('held'), '');
  const id = await start({ from: '2026-03-01', to: '2026-03-09', maxParallel: 2 });
  await eventually(async () => (await executed('nightly:2026-03-02')).length > 0);
  const beside = startBackfill(connection, pipelines, of({ from: '2026-03-09', to: '2026-03-12' }));
  await expect(beside).rejects.toMatchObject({ code: 'PER_RUN_126', message: saying(id) });
  await cancelBackfill(connection, id);
  await rm(file('held'));
  expect(await ended(id)).toMatchObject({ status: 'cancelled', counts: counts({ done: 2, left: 7 }) });
  expect(await executed('nightly:2026-03-03')).toEqual([]);
  await recordHistory(around.client.workflow.getHandle(id), 'backfill-cancelled');
  // Its range is free again.
  const next = await start({ from: '2026-03-01', to: '2026-03-04' });
  expect(await ended(next)).toMatchObject({ status: 'completed', counts: counts({ done: 2, kept: 2 }) });
});

test("waits for a run that somebody else started, and takes one that was terminated in Temporal's UI for failed", async () => {
  await writeFile(file('held'), '');
  const config = { folder: around.folder };
  await startPartition(connection, pipelines, { pipeline: 'nightly', config, partition: '2026-04-01' });
  await eventually(async () => (await executed('nightly:2026-04-01')).length > 0);
  const id = await start({ from: '2026-04-01', to: '2026-04-02' }, { taken: 100, askEvery: 200 });
  await eventually(async () => (await executed('nightly:2026-04-02')).length > 0);
  await around.client.workflow.getHandle('nightly:2026-04-02').terminate('by an operator');
  const log = pino({ level: 'silent' });
  const around_ = { ...connection, project: { models: [] }, log };
  await reconcile(around_);
  await rm(file('held'));
  expect(await ended(id)).toMatchObject({ status: 'failed', counts: counts({ done: 1, failed: 1 }) });
  expect(await executed('nightly:2026-04-01')).toEqual(['extract', 'load']);

  // One whose workflow was terminated is closed, and one whose workflow nobody started is started.
  await writeFile(file('held'), '');
  const cut = await start({ from: '2026-04-02', to: '2026-04-04', maxParallel: 1 });
  await eventually(async () => (await executed('nightly:2026-04-02:2')).length > 0);
  await around.client.workflow.getHandle(cut).terminate('by an operator');
  const orphan = { id: 'backfill-orphan', pipeline: 'nightly', config, missingOnly: false, maxParallel: 1, by: 'ana' };
  const other = await transaction(around.db, (tx) => addBackfill(tx, { ...orphan, partitions: ['2026-04-10'] }));
  expect(other).toBeNull();
  await reconcile(around_);
  expect(await ended(cut)).toMatchObject({ status: 'terminated', counts: counts({ left: 3 }) });
  await rm(file('held'));
  expect(await ended('backfill-orphan')).toMatchObject({ status: 'completed', counts: counts({ done: 1 }) });
  expect(await awaitRun(connection, 'nightly:2026-04-02:2')).toMatchObject({ status: 'completed' });
});

test('a partition is not run by hand while it is run, when it is done, or before it is over', async () => {
  const run = (partition: string | undefined, pipeline = 'nightly') =>
    partition === undefined
      ? startRun(connection, pipelines, { pipeline, config: { folder: around.folder } })
      : startPartition(connection, pipelines, { pipeline, config: { folder: around.folder }, partition });
  await writeFile(file('held'), '');
  expect(await run('2026-05-01')).toEqual({ runId: 'nightly:2026-05-01' });
  await eventually(async () => (await executed('nightly:2026-05-01')).length > 0);
  await expect(run('2026-05-01')).rejects.toMatchObject({ code: 'PER_RUN_124' });
  await rm(file('held'));
  await awaitRun(connection, 'nightly:2026-05-01');
  await expect(run('2026-05-01')).rejects.toMatchObject({ code: 'PER_RUN_125' });
  await expect(run(new Date().toISOString().slice(0, 10))).rejects.toMatchObject({ code: 'PER_RUN_121' });
  await expect(run('2025-12-31')).rejects.toMatchObject({ code: 'PER_RUN_120' });
  await expect(run(undefined)).rejects.toMatchObject({ code: 'PER_RUN_120' });
  expect(await run('eu', 'regional')).toEqual({ runId: 'regional:eu' });
  // A rerun is about the same partition, which it finds in the records.
  const { runId } = await rerun(connection, pipelines, { run: 'nightly:2026-05-01', from: 'load' });
  expect(await awaitRun(connection, runId)).toMatchObject({ status: 'completed', output: { rows: 1 } });
  expect(await executed(runId)).toEqual(['load']);
  const [facts] = await listPartitions(around.db, 'nightly', ['2026-05-01']);
  expect(facts).toMatchObject({ done: { run: runId }, runs: 2, nodes: ['extract', 'load'] });
});

test('the command tells what is missing, what it would do, and how far it is', async () => {
  const env = {
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_STATE: file('state'),
    PERENNIAL_PROJECT: join(__dirname, 'project'),
  };
  const call = async (...args: string[]) => {
    const { code, out, err } = await perennial(args, { env }).ended;
    const lines = out.split('\n').flatMap((line): unknown[] => (line === '' ? [] : [JSON.parse(line)]));
    return { code, lines, err };
  };
  const range = ['--from', '2026-06-01', '--to', '2026-06-03'];
  const before = await call('partitions', 'nightly', ...range, '--missing', '--json');
  expect(before.lines).toMatchObject([
    { partition: '2026-06-01', state: 'missing', nodes: { done: [], missing: ['extract', 'load'] } },
    { partition: '2026-06-02', from: '2026-06-02T00:00:00.000Z', to: '2026-06-03T00:00:00.000Z' },
    { partition: '2026-06-03' },
  ]);
  const set = ['--set', `folder=${around.folder}`];
  const dry = await call('backfill', 'nightly', ...range, ...set, '--dry-run', '--json');
  expect(dry).toMatchObject({
    code: 0,
    lines: [{ backfill: null, start: ['2026-06-01', '2026-06-02', '2026-06-03'] }],
  });
  await writeFile(file('broken-2026-06-02'), '');
  const made = await call('backfill', 'nightly', ...range, ...set, '--wait', '--json');
  expect(made).toMatchObject({ code: 1, lines: [{ status: 'failed', counts: { done: 2, failed: 1 } }] });
  expect((await call('partitions', 'nightly', ...range, '--missing', '--json')).lines).toMatchObject([
    { partition: '2026-06-02', state: 'failed', nodes: { done: ['extract'], missing: ['load'] } },
  ]);
  expect((await call('backfills', '--limit', '1', '--json')).lines).toMatchObject([{ status: 'failed' }]);
  const future = await call('backfill', 'nightly', '--to', '2999-01-01', ...set, '--json');
  expect(future).toMatchObject({ code: 2, lines: [{ error: { code: 'PER_RUN_121' } }] });
});

test('what another plan has done is stale: it is kept with missing-only, and else taken over as far as it goes', async () => {
  const id = await start({ from: '2026-07-01', to: '2026-07-02' });
  expect(await ended(id)).toMatchObject({ status: 'completed' });
  killGroup(worker);
  worker = await around.worker('cpu', null, '../e2e/backfill/edited');
  const request = of({ from: '2026-07-01', to: '2026-07-03' });
  const only = await startBackfill(connection, [edited], { ...request, missingOnly: true });
  expect(only).toMatchObject({ kept: ['2026-07-01', '2026-07-02'], start: ['2026-07-03'] });
  expect(await ended(only.id ?? '')).toMatchObject({ status: 'completed', counts: counts({ done: 1, kept: 2 }) });
  const all = await startBackfill(connection, [edited], request);
  expect(await ended(all.id ?? '')).toMatchObject({ status: 'completed', counts: counts({ done: 2, kept: 1 }) });
  expect(await executed('nightly:2026-07-01:2')).toEqual(['check']);
  expect(await executed('nightly:2026-07-03')).toEqual(['extract', 'load', 'check']);
});
