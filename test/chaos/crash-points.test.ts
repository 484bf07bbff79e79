// Danger: a worker that dies between two parts of an execution's record leaves a run that hangs, an output without its
// effect, or an effect that is made twice. Its worker is killed before and after every statement that an execution makes.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listExecutions } from '../../store/executions/list-executions';
import { listNodes } from '../../store/nodes/list-nodes';
import { findRun } from '../../store/runs/find-run';
import { ChaosReport } from './report';
import { eventually, killGroup, Surroundings } from './surroundings';

jest.setTimeout(600_000);

interface CrashPoint {
  readonly name: string;
  readonly step: 'plain' | 'effect' | 'stumble' | 'quick';
  /** Of the statement's text. */
  readonly pattern: string;
  readonly when: 'before' | 'after';
}

const beforeAndAfter = (name: string, step: CrashPoint['step'], pattern: string): CrashPoint[] =>
  (['before', 'after'] as const).map((when) => ({ name: `${when} ${name}`, step, pattern, when }));

/** Every boundary of run-step: between any two of them only the step's own code runs. */
const POINTS: readonly CrashPoint[] = [
  ...beforeAndAfter('the look-up in the cache', 'plain', 'FROM cache_entries'),
  ...beforeAndAfter('the claim', 'plain', 'INSERT INTO executions'),
  ...beforeAndAfter('the commit', 'plain', 'fenced-off'),
  ...beforeAndAfter('the begin of a commit with an effect', 'effect', '^BEGIN'),
  ...beforeAndAfter('the commit of the output before its effect', 'effect', 'fenced-off'),
  ...beforeAndAfter('the effect', 'effect', 'INSERT INTO effects'),
  ...beforeAndAfter('the end of a commit with an effect', 'effect', '^COMMIT'),
  ...beforeAndAfter('the record of a failure', 'stumble', "outcome = 'lost'\\)"),
  ...beforeAndAfter("a light step's effect", 'quick', 'INSERT INTO effects'),
  ...beforeAndAfter("the end of a light step's commit", 'quick', '^COMMIT'),
];

const report = new ChaosReport('crash-points', { seed: null, minimumLanded: POINTS.length });
let around: Surroundings;

beforeAll(async () => {
  around = await Surroundings.open('crash-project');
  await around.worker('cpu');
  await around.db.query('CREATE TABLE effects (key text NOT NULL)');
});

afterAll(async () => {
  await around.close();
});

/** What counts in the end: every node with its state and output, how often each was committed, and the effects. */
async function finalState(run: string): Promise<unknown> {
  const nodes = await listNodes(around.db, run, { limit: 10 });
  const executions = await listExecutions(around.db, run, { limit: 100 });
  const { rows } = await around.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM effects WHERE key LIKE $1 || '/%'`,
    [run],
  );
  return {
    status: (await findRun(around.db, run))?.status,
    nodes: nodes.map(({ address, status, error }) => ({ address, status, error })),
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
  const worker = await around.worker('gpu');
  for (const step of new Set(POINTS.map((point) => point.step))) {
    await (await play(step, `calm-${step}`)).result();
    calm.set(step, await finalState(`calm-${step}`));
    expect(calm.get(step)).toMatchObject({ status: 'completed', committed: 1, open: 0 });
  }
  killGroup(worker);
});

test.each(POINTS)('killed $name of the step $step, a run ends as an undisturbed one', async (point) => {
  const run = `${point.step}-${POINTS.indexOf(point)}`;
  const mark = join(around.folder, run);
  const hit = report.inject();
  const pool = point.step === 'quick' ? 'cpu' : 'gpu';
  if (pool === 'cpu') around.killAll();
  const victim = await around.worker(pool, { pattern: point.pattern, when: point.when, mark });
  const handle = await play(point.step, run);
  await eventually(() => Promise.resolve(existsSync(mark) && victim.signalCode === 'SIGKILL'));
  hit(true);
  const heir = await around.worker(pool);
  expect(await handle.result()).toEqual({ of: run });
  const state = await finalState(run);
  expect(state).toEqual(calm.get(point.step));
  if (pool === 'gpu') killGroup(heir);
});

test('every point was hit', () => {
  report.close();
});
