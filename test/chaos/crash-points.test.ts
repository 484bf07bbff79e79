// Danger: a worker that dies between two parts of an execution's record leaves a run that hangs, an output without its
// effect, or an effect that is made twice. Its worker is killed before and after every statement that an execution makes.
import type { ChildProcess } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listExecutions } from '../../store/executions/list-executions';
import { listNodes } from '../../store/nodes/list-nodes';
import { findRun } from '../../store/runs/find-run';
import { ChaosReport } from './report';
import { eventually, killGroup, Surroundings } from './surroundings';

jest.setTimeout(600_000);

interface Place {
  readonly step: 'plain' | 'effect' | 'stumble' | 'maker' | 'known' | 'near' | 'quick' | 'trip' | 'crowd';
  /** Of the statement's text. */
  readonly pattern: string;
  /** Of the text of the statement before it on its connection, where the pattern alone would fit others too. */
  readonly following?: string;
  /** The place is only passed once in a worker's life. */
  readonly fresh?: true;
  /** Nothing but this process's memory changes until the next statement of the list: after this one is before that one. */
  readonly thenNext?: true;
}
type CrashPoint = Place & { readonly name: string; readonly when: 'before' | 'after' };

/** In `npm run test:full` the two names of one place are two places. */
const FULL = process.env['PERENNIAL_TEST_FULL'] !== undefined;

function beforeAndAfter(name: string, place: Place): CrashPoint[] {
  const before = { name: `before ${name}`, when: 'before', ...place } as const;
  const after = { name: `after ${name}`, when: 'after', ...place } as const;
  return place.thenNext && !FULL ? [before] : [before, after];
}

const [EFFECT, COMMIT, FAILURE] = ['INSERT INTO effects', 'fenced-off', "outcome = 'lost'\\)"];

/** Steps whose executions are recorded by the worker that runs the workflows: what is found for another pool, too. */
const ON_CPU: ReadonlySet<Place['step']> = new Set(['known', 'near', 'quick', 'trip', 'crowd']);
/** Steps whose input is the same in all runs. */
const CACHED: ReadonlySet<Place['step']> = new Set(['known', 'near']);

/** Every boundary of run-step: between any two of them only the step's own code runs. */
const POINTS: readonly CrashPoint[] = [
  ...beforeAndAfter("the record of what stands behind a key's digests", {
    step: 'plain',
    pattern: 'INSERT INTO cache_key_parts',
    fresh: true,
    thenNext: true,
  }),
  ...beforeAndAfter('the look-up in the cache', { step: 'plain', pattern: 'FROM cache_entries', thenNext: true }),
  ...beforeAndAfter('the claim', { step: 'plain', pattern: 'INSERT INTO executions' }),
  ...beforeAndAfter('the commit', { step: 'plain', pattern: COMMIT }),
  ...beforeAndAfter("the record of an artifact's file", { step: 'maker', pattern: 'INSERT INTO artifacts' }),
  ...beforeAndAfter('the begin of a commit with an effect', { step: 'effect', pattern: '^BEGIN', thenNext: true }),
  ...beforeAndAfter('the commit of the output before its effect', { step: 'effect', pattern: COMMIT, thenNext: true }),
  ...beforeAndAfter('the effect', { step: 'effect', pattern: EFFECT, thenNext: true }),
  ...beforeAndAfter('the end of a commit with an effect', { step: 'effect', pattern: '^COMMIT', following: EFFECT }),
  ...beforeAndAfter('the record of a failure', { step: 'stumble', pattern: FAILURE }),
  ...beforeAndAfter('the record of a hit', { step: 'near', pattern: 'WITH recorded' }),
  ...beforeAndAfter('the look-up for another pool', { step: 'known', pattern: 'FROM pool_steps', thenNext: true }),
  ...beforeAndAfter('the record of a hit for another pool', { step: 'known', pattern: 'WITH recorded' }),
  ...beforeAndAfter("a light step's effect", { step: 'quick', pattern: EFFECT, thenNext: true }),
  ...beforeAndAfter("the end of a light step's commit", { step: 'quick', pattern: '^COMMIT', following: EFFECT }),
  ...beforeAndAfter("the claim for a light step's failure", {
    step: 'trip',
    pattern: 'INSERT INTO executions',
    thenNext: true,
  }),
  ...beforeAndAfter("the record of a light step's failure", { step: 'trip', pattern: FAILURE }),
  ...beforeAndAfter('the claim of several executions', { step: 'crowd', pattern: 'WITH asked AS' }),
  ...beforeAndAfter('the commit of several executions', { step: 'crowd', pattern: 'WITH done AS' }),
];

const report = new ChaosReport('crash-points', { seed: null, minimumLanded: POINTS.length });
let around: Surroundings;
const workers = new Map<'cpu' | 'gpu', ChildProcess>();

/** The file in which a worker of a pool is told where to die. */
const orders = (pool: string): string => join(around.folder, `die-${pool}`);

/** Starts the one worker of a pool, the last one being dead. */
async function work(pool: 'cpu' | 'gpu'): Promise<void> {
  workers.set(pool, await around.worker(pool, { file: 'die-at.cjs', environment: { DIE_AT: orders(pool) } }));
}

beforeAll(async () => {
  around = await Surroundings.open('crash-project');
  await Promise.all([work('cpu'), work('gpu')]);
  await around.db.query('CREATE TABLE effects (key text NOT NULL)');
});

afterAll(async () => {
  await around.close();
});

/** What counts in the end: every node with its state and output, how often each was committed, and the effects. */
async function finalState(run: string): Promise<unknown> {
  const nodes = (await listNodes(around.db, run, { limit: 20 })).sort((a, b) => a.address.localeCompare(b.address));
  const executions = await listExecutions(around.db, run, { limit: 100 });
  const { rows } = await around.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM effects WHERE key LIKE $1 || '/%'`,
    [run],
  );
  return {
    status: (await findRun(around.db, run))?.status,
    nodes: nodes.map(({ address, status, error, cache }) => ({ address, status, error, hit: cache?.hit === true })),
    committed: executions.filter(({ outcome }) => outcome === 'committed').length,
    open: executions.filter(({ outcome }) => outcome === null).length,
    effects: rows[0]?.n,
  };
}

async function play(step: string, run: string): Promise<{ result(): Promise<unknown> }> {
  const args = [{ config: { folder: around.folder, name: run }, plan: 'current' }];
  const options = { workflowId: run, taskQueue: 'perennial-cpu', args, workflowTaskTimeout: '2s' };
  return around.client.workflow.start(`${step}-run`, options);
}

/** A run that nobody disturbs, for each of the steps. */
const calm = new Map<string, unknown>();

test('undisturbed runs, to compare with', async () => {
  // The cache knows from now on what these steps give.
  for (const step of CACHED) await (await play(step, `first-of-${step}`)).result();
  for (const step of new Set(POINTS.map((point) => point.step))) {
    await (await play(step, `calm-${step}`)).result();
    calm.set(step, await finalState(`calm-${step}`));
    expect(calm.get(step)).toMatchObject({ status: 'completed', committed: step === 'crowd' ? 12 : 1, open: 0 });
  }
  for (const step of CACHED) expect(calm.get(step)).toMatchObject({ nodes: [{ hit: true }] });
});

test.each(POINTS)('killed $name of the step $step, a run ends as an undisturbed one', async (point) => {
  const { step, pattern, following, when, fresh } = point;
  const run = `${step}-${POINTS.indexOf(point)}`;
  const mark = join(around.folder, run);
  const pool = ON_CPU.has(step) ? 'cpu' : 'gpu';
  const victim = workers.get(pool);
  if (fresh && victim) {
    killGroup(victim);
    await work(pool);
  }
  const hit = report.inject();
  writeFileSync(`${mark}-order`, JSON.stringify({ pattern, following, when, mark }));
  renameSync(`${mark}-order`, orders(pool));
  const handle = await play(step, run);
  await eventually(() => Promise.resolve(existsSync(mark) && workers.get(pool)?.signalCode === 'SIGKILL'));
  hit(true);
  await work(pool);
  expect(await handle.result()).toMatchObject({ of: CACHED.has(step) ? step : run });
  expect(await finalState(run)).toEqual(calm.get(step));
});

test('every point was hit', () => {
  report.close();
});
