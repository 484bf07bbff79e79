// Danger: a worker that dies between two parts of an execution's record leaves a run that hangs, an output without its
// effect, or an effect that is made twice. Its worker is killed before and after every statement that an execution makes. What
// those are is written down while nobody disturbs: one that is not in the list below fails the test.
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { listExecutions } from '../../store/executions/list-executions';
import { listNodes } from '../../store/nodes/list-nodes';
import { findRun } from '../../store/runs/find-run';
import { ChaosReport } from './report';
import { eventually, killGroup, Surroundings } from './surroundings';

jest.setTimeout(600_000);

/** Of the project, with how many executions its run commits. */
const STEPS = {
  ...{ plain: 1, effect: 1, stumble: 1, maker: 1, known: 1, near: 1, quick: 1, trip: 1, crowd: 12 },
  ...{ gather: 2, script: 1 },
} as const;
type Step = keyof typeof STEPS;

/** How many blobs the executions of a run put. No output names that of `maker`: its record alone tells of it. */
const BLOBS: { readonly [S in Step]?: number } = { maker: 1, gather: 2 };

interface Place {
  readonly step: Step;
  /** Of the statement's text. */
  readonly pattern: string;
  /** Of the text of the statement before it on its connection, where the pattern alone would fit others too. */
  readonly following?: string;
  /** Other parts of the worker send the same, or more than this step of this worker does. */
  readonly own?: true;
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
const TOLD = 'INSERT INTO outbox';

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
  ...beforeAndAfter('the begin of a commit that tells', {
    step: 'gather',
    pattern: '^BEGIN',
    own: true,
    thenNext: true,
  }),
  ...beforeAndAfter("the record of a data set's version", {
    step: 'gather',
    pattern: 'INSERT INTO dataset_versions',
    thenNext: true,
  }),
  ...beforeAndAfter('the record of lineage', { step: 'gather', pattern: 'INSERT INTO lineage', thenNext: true }),
  ...beforeAndAfter('the look-up of whose data set it is', {
    step: 'gather',
    pattern: 'SELECT pipeline FROM runs',
    thenNext: true,
  }),
  ...beforeAndAfter('the word to the pipeline that it starts', { step: 'gather', pattern: TOLD, thenNext: true }),
  ...beforeAndAfter('the end of a commit that tells', { step: 'gather', pattern: '^COMMIT', following: TOLD }),
  ...beforeAndAfter("the claim for a program's execution", { step: 'script', pattern: 'INSERT INTO executions' }),
  ...beforeAndAfter("the commit of a program's output", { step: 'script', pattern: COMMIT }),
  ...beforeAndAfter('the record of what an execution says', { step: 'stumble', pattern: 'INSERT INTO logs' }),
  ...beforeAndAfter('the record of a failure', { step: 'stumble', pattern: FAILURE }),
  ...beforeAndAfter('the record of a hit', { step: 'near', pattern: 'WITH recorded' }),
  ...beforeAndAfter('the begin of the look-up for another pool', {
    step: 'known',
    pattern: '^BEGIN',
    own: true,
    thenNext: true,
  }),
  ...beforeAndAfter('the limit of the look-up for another pool', {
    step: 'known',
    pattern: 'statement_timeout',
    own: true,
    thenNext: true,
  }),
  ...beforeAndAfter('the look-up for another pool', { step: 'known', pattern: 'FROM pool_steps', thenNext: true }),
  ...beforeAndAfter('the look-up of its entry', {
    step: 'known',
    pattern: 'FROM cache_entries',
    own: true,
    thenNext: true,
  }),
  ...beforeAndAfter('the end of the look-up for another pool', {
    step: 'known',
    pattern: '^COMMIT',
    own: true,
    thenNext: true,
  }),
  ...beforeAndAfter('the record of a hit for another pool', { step: 'known', pattern: 'WITH recorded' }),
  ...beforeAndAfter("the begin of a light step's commit", {
    step: 'quick',
    pattern: '^BEGIN',
    own: true,
    thenNext: true,
  }),
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

/** The file in which the workers of a pool write down what their activities send. */
const statementsOf = (pool: string): string => join(around.folder, `statements-${pool}`);

/** Starts the one worker of a pool, the last one being dead. */
async function work(pool: 'cpu' | 'gpu'): Promise<void> {
  const environment = { DIE_AT: orders(pool), STATEMENTS: statementsOf(pool) };
  workers.set(pool, await around.worker(pool, { file: 'die-at.cjs', environment }));
}

beforeAll(async () => {
  around = await Surroundings.open('crash-project');
  await Promise.all([work('cpu'), work('gpu')]);
  await around.db.query('CREATE TABLE effects (key text NOT NULL)');
});

afterAll(async () => {
  await around.close();
});

/** The blobs that a run of the project may put, by their digests, and what is in each. */
function blobsOf(run: string): ReadonlyMap<string, string> {
  const texts = [run, `the root of ${run}`, `gathered for ${run}`];
  return new Map(texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]));
}

/** A value as text that is the same in all runs: with the run's name, and digests of what it is in, replaced. */
function inAnyRun(value: unknown, run: string): string {
  let text = JSON.stringify(value);
  for (const [digest, blob] of blobsOf(run)) text = text.replaceAll(digest, `digest of '${blob}'`);
  return text.replaceAll(run, 'RUN');
}

/** What counts in the end: every node with its state and output, how often each was committed, effects and blobs. */
async function finalState(run: string): Promise<unknown> {
  const nodes = (await listNodes(around.db, run, { limit: 20 })).sort((a, b) => a.address.localeCompare(b.address));
  const executions = await listExecutions(around.db, run, { limit: 100 });
  const ended = await findRun(around.db, run);
  const { rows } = await around.db.query<Record<'effects' | 'edges' | 'versions' | 'told' | 'blobs', number>>(
    `SELECT (SELECT count(*)::int FROM effects WHERE key LIKE $1 || '/%') AS effects,
            (SELECT count(*)::int FROM lineage WHERE run_id = $1) AS edges,
            (SELECT count(*)::int FROM dataset_versions WHERE run_id = $1) AS versions,
            (SELECT count(*)::int FROM outbox WHERE payload ->> 'why' LIKE '%, by ' || $1) AS told,
            (SELECT count(*)::int FROM artifacts WHERE digest = ANY($2) AND removed_at IS NULL) AS blobs`,
    [run, [...blobsOf(run).keys()]],
  );
  return {
    status: ended?.status,
    output: inAnyRun(ended?.output ?? null, run),
    nodes: nodes.map(({ address, status, output, error, cache }) => ({
      ...{ address, status, output: inAnyRun(output, run), error, hit: cache?.hit === true },
    })),
    committed: executions.filter(({ outcome }) => outcome === 'committed').length,
    open: executions.filter(({ outcome }) => outcome === null).length,
    ...rows[0],
  };
}

async function play(step: Step, run: string): Promise<{ result(): Promise<unknown> }> {
  const args = [{ config: { folder: around.folder, name: run }, plan: 'current' }];
  const options = { workflowId: run, taskQueue: 'perennial-cpu', args, workflowTaskTimeout: '2s' };
  return around.client.workflow.start(`${step}-run`, options);
}

/** A run that nobody disturbs, for each of the steps. */
const calm = new Map<string, unknown>();

/** A statement of an activity. */
const Statement = z.object({ activity: z.string(), text: z.string(), before: z.string() });
type Statement = z.infer<typeof Statement>;

/**
 * What the executions of steps have sent until now, and the look-up in the cache that is made for another pool's. What other
 * activities and other parts of a worker send is none of an execution, and what an isolated step's own process sends is not seen.
 */
function sent(): Statement[] {
  return (['cpu', 'gpu'] as const).flatMap((pool) =>
    readFileSync(statementsOf(pool), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => Statement.parse(JSON.parse(line)))
      .filter(({ activity }) => activity === 'perennial.look-up-cached' || !activity.startsWith('perennial.')),
  );
}

/** The type of the activity that executes a step of the list, or what comes before it. */
const activityOf = (step: Step): string => (step === 'known' ? 'perennial.look-up-cached' : step);

const isAt = ({ activity, text, before }: Statement, { step, pattern, following }: Place): boolean =>
  activity === activityOf(step) && new RegExp(pattern).test(text) && new RegExp(following ?? '').test(before);

/**
 * Statements at which no worker is killed. It dies at the first that fits a place; the same words are the same statement in every
 * step, but for those that all transactions have.
 */
function missing(statements: readonly Statement[], points: readonly Place[]): string[] {
  const words = ({ activity, text }: Statement): string =>
    /^(BEGIN|COMMIT)/.test(text) ? `${activity}: ${text}` : text;
  const hit = new Set(points.flatMap((point) => statements.find((each) => isAt(each, point)) ?? []).map(words));
  const open = statements.filter((each) => !hit.has(words(each)));
  return [...new Set(open.map(({ activity, text }) => `${activity}: ${text}`))];
}

test('undisturbed runs, to compare with', async () => {
  // The first of a worker keeps what stands behind its keys; and the cache knows from now on what the others give.
  for (const step of ['plain', ...CACHED] as const) await (await play(step, `first-of-${step}`)).result();
  for (const step of new Set(POINTS.map((point) => point.step))) {
    await (await play(step, `calm-${step}`)).result();
    calm.set(step, await finalState(`calm-${step}`));
    const blobs = BLOBS[step] ?? 0;
    expect(calm.get(step)).toMatchObject({ status: 'completed', committed: STEPS[step], open: 0, blobs });
  }
  expect([...calm.keys()].sort()).toEqual(Object.keys(STEPS).sort());
  expect(calm.get('maker')).toMatchObject({ nodes: [{ output: '{"of":"RUN"}' }] });
  expect(calm.get('gather')).toMatchObject({ edges: 1, versions: 1, told: 1 });
  expect(calm.get('gather')).toMatchObject({
    nodes: [
      { address: 'gather', output: `{"of":"RUN","dataset":"digest of 'gathered for RUN'"}` },
      { address: 'root', output: `{"of":"RUN","dataset":"digest of 'the root of RUN'"}` },
    ],
  });
  for (const step of CACHED) expect(calm.get(step)).toMatchObject({ nodes: [{ hit: true }] });
});

test('no statement of an execution is missing from the list of those that a worker dies at', () => {
  const statements = sent();
  expect(missing(statements, POINTS)).toEqual([]);
  const inVain = POINTS.filter((point) => !statements.some((statement) => isAt(statement, point)));
  expect(inVain.map(({ name }) => name)).toEqual([]);
  // Any of the patterns left out is one that is missing.
  for (const pattern of new Set(POINTS.map((point) => point.pattern))) {
    const fewer = POINTS.filter((point) => point.pattern !== pattern);
    report.control(`a list without '${pattern}'`, missing(statements, fewer).length > 0);
  }
});

test.each(POINTS)('killed $name of the step $step, a run ends as an undisturbed one', async (point) => {
  const { step, pattern, following, when, fresh, own } = point;
  const run = `${step}-${POINTS.indexOf(point)}`;
  const mark = join(around.folder, run);
  const pool = ON_CPU.has(step) ? 'cpu' : 'gpu';
  const victim = workers.get(pool);
  if (fresh && victim) {
    killGroup(victim);
    await work(pool);
  }
  const hit = report.inject();
  writeFileSync(`${mark}-order`, JSON.stringify({ pattern, following, when, mark, activity: own && activityOf(step) }));
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
