// Danger: a worker that dies, freezes or is reset in the middle of a step loses the run, or makes its effect twice.
import { listExecutions } from '../../store/executions/list-executions';
import { createModelVersion } from '../../store/models/create-model-version';
import { modelHistory } from '../../store/models/model-history';
import { findRun } from '../../store/runs/find-run';
import { anArtifact } from '../store/rows';
import { ChaosReport } from './report';
import { eventually, killGroup, Surroundings } from './surroundings';

jest.setTimeout(180_000);

const report = new ChaosReport('worker-killed', { seed: null, minimumLanded: 6 });
let around: Surroundings;
const at = '2001-02-01T00:00:00.000Z';

beforeEach(async () => {
  around = await Surroundings.open();
});

afterEach(async () => {
  await around.close();
});

async function outcomes(run: string, address: string): Promise<(string | null)[]> {
  const all = await listExecutions(around.db, run, { limit: 100 });
  return all.filter((execution) => execution.address === address).map((execution) => execution.outcome);
}

async function effects(kind: string): Promise<number> {
  const { rows } = await around.db.query<{ n: number }>('SELECT count(*) AS n FROM effects WHERE kind = $1', [kind]);
  return rows[0]?.n ?? 0;
}

test('kill -9 in the middle of training and of a promotion: the run completes, with one promotion', async () => {
  const artifact = await anArtifact(around.db, 'a');
  const facts = { artifact, trainer: 't', signature: {}, metrics: {}, evaluation: {}, reference: artifact };
  const times = { trainedFrom: at, trainedTo: at, eventTime: at };
  await createModelVersion(around.db, { model: 'm', ...facts, ...times, run: 'r', address: 'a' });

  const first = await around.worker();
  const handle = await around.start('fit-and-crown', 'killed');
  await around.begun('fit');
  const hits = [report.inject()];
  killGroup(first);
  await around.letGo('fit');

  const second = await around.worker();
  await around.begun('crown');
  hits.push(report.inject());
  killGroup(second);
  await around.letGo('crown');

  await around.worker();
  const output: unknown = await handle.result();
  expect(output).toEqual({ fitted: { fence: 2 }, crowned: { fence: 2 } });
  const [fits, crowns] = [await outcomes('killed', 'fit'), await outcomes('killed', 'crown')];
  for (const [i, found] of [fits, crowns].entries()) hits[i]?.(found[0] === 'lost');
  expect([fits, crowns]).toEqual([
    ['lost', 'committed'],
    ['lost', 'committed'],
  ]);
  const promotions = await modelHistory(around.db, 'm', { limit: 10 });
  report.once(promotions.length);
  expect(promotions).toHaveLength(1);
  expect(await findRun(around.db, 'killed')).toMatchObject({ status: 'completed' });
});

test('a frozen worker that wakes up commits nothing; its unfenced effect, as control, happens twice', async () => {
  await around.db.query('CREATE TABLE effects (key text NOT NULL, kind text NOT NULL)');
  const frozen = await around.worker();
  const handle = await around.start('hog-on', 'frozen');
  await around.begun('hog');
  const hit = report.inject();
  frozen.kill('SIGSTOP');
  await around.worker();
  await around.begun('hog', 2);
  await around.letGo('hog');
  await handle.result();
  expect(await effects('in the commit')).toBe(1);

  frozen.kill('SIGCONT');
  await eventually(async () => (await outcomes('frozen', 'hog'))[0] === 'fenced-off');
  expect((await outcomes('frozen', 'hog')).filter((outcome) => outcome === 'committed')).toHaveLength(1);
  hit(true);
  report.once(await effects('in the commit'));
  expect(await effects('in the commit')).toBe(1);
  await eventually(async () => (await effects('unfenced')) >= 2);
  report.control('the same effect with fencing off', (await effects('unfenced')) >= 2);
});

test('an activity that is reset in flight runs again, under a fence of its own, with one effect', async () => {
  await around.db.query('CREATE TABLE effects (key text NOT NULL, kind text NOT NULL)');
  await around.worker();
  const handle = await around.start('hold-on', 'reset');
  await around.begun('hold');
  const hit = report.inject();
  await around.client.workflowService.resetActivity({
    namespace: around.namespace,
    execution: { workflowId: 'reset' },
    type: 'hold',
  });
  await around.begun('hold', 2);
  await around.letGo('hold');
  expect(await handle.result()).toEqual({ fence: 2 });
  const executions = await outcomes('reset', 'hold');
  hit(executions[0] === 'cancelled');
  report.once(await effects('in the commit'));
  expect(executions).toEqual(['cancelled', 'committed']);
  expect(await effects('in the commit')).toBe(1);
});

test('an activity that is reset where its worker does not hear of it: the stale commit is refused', async () => {
  await around.db.query('CREATE TABLE effects (key text NOT NULL, kind text NOT NULL)');
  await Promise.all([around.worker(), around.worker()]);
  const handle = await around.start('hog-on', 'reset-deaf');
  await around.begun('hog');
  const hit = report.inject();
  await around.client.workflowService.resetActivity({
    namespace: around.namespace,
    execution: { workflowId: 'reset-deaf' },
    type: 'hog',
  });
  await around.begun('hog', 2);
  await around.letGo('hog');
  await handle.result();
  await eventually(async () => (await outcomes('reset-deaf', 'hog')).every((outcome) => outcome !== null));
  const executions = await outcomes('reset-deaf', 'hog');
  // What waited for the deaf worker meanwhile found the output, or was refused as well.
  hit(executions[0] !== 'committed' && executions.length > 1);
  expect(executions[0]).toBe('fenced-off');
  expect(executions.filter((outcome) => outcome === 'committed')).toHaveLength(1);
  report.once(await effects('in the commit'));
  expect(await effects('in the commit')).toBe(1);
  await eventually(async () => (await effects('unfenced')) >= 2);
  report.control('the same effect after a reset with fencing off', (await effects('unfenced')) >= 2);
});

test('a worker that is asked to stop hands its step over: the run goes on with the next worker', async () => {
  await around.db.query('CREATE TABLE effects (key text NOT NULL, kind text NOT NULL)');
  const first = await around.worker();
  const handle = await around.start('hold-on', 'stopped');
  await around.begun('hold');
  const ended = new Promise((resolve) => first.once('exit', resolve));
  const hit = report.inject();
  first.kill('SIGTERM');
  await ended;
  await around.worker();
  await around.begun('hold', 2);
  await around.letGo('hold');
  expect(await handle.result()).toEqual({ fence: 2 });
  const executions = await outcomes('stopped', 'hold');
  hit(executions[0] === 'cancelled');
  report.once(await effects('in the commit'));
  expect(executions).toEqual(['cancelled', 'committed']);
  expect(await effects('in the commit')).toBe(1);
});

test('every fault has landed, nothing was lost or made twice, and the control failed', () => {
  report.close();
});
