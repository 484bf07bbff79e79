// Danger: the one figure that says that two workers held the same node, fences refused, stays at zero; or a hit that spared a
// worker is counted twice when its activity is.
import { z } from 'zod';
import { keeperActivities } from '../../activities/keep';
import type { RunStepDependencies } from '../../activities/run-step';
import { implement, step } from '../../core';
import type { Decision } from '../../core/keep/decision';
import { claimNode } from '../../store/nodes/claim-node';
import { addOutboxRow } from '../../store/outbox/add-outbox-row';
import { markDispatched } from '../../store/outbox/mark-dispatched';
import { sumWaiting } from '../../store/outbox/sum-waiting';
import { createFigures, type Figures } from '../../workers/telemetry/figures';
import { countEngine, countExecutions } from '../../workers/telemetry/observe';
import { quiet, setStepStage, type StepStage } from './step-stage';

jest.setTimeout(60_000);

const X = z.object({ x: z.number() });
const hold = step('hold', { input: X, output: X, cache: false });
let meanwhile: (run: string) => Promise<void> = () => Promise.resolve();
const implementation = implement(
  { hold },
  {
    async hold({ x }, { run }) {
      await meanwhile(run);
      return { x };
    },
  },
);

let stage: StepStage;
let figures: Figures;
let dependencies: RunStepDependencies;

beforeAll(async () => {
  stage = await setStepStage('figures', [implementation]);
});

beforeEach(() => {
  meanwhile = () => Promise.resolve();
  figures = createFigures({
    pool: 'cpu',
    build: 'b1',
    slots: () => 4,
    slotsUsed: () => 1,
    outbox: () => sumWaiting(stage.db),
  });
  const observer = countExecutions(figures, (plan) => (plan === 'plan' ? 'pipeline-of-the-plan' : null));
  dependencies = { ...stage.dependencies, observer };
});

afterAll(async () => {
  await stage.end();
});

/** The figures of a name: labels as they are printed, to the value. */
async function read(name: string): Promise<Record<string, number>> {
  const lines = (await figures.registry.metrics()).split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));
  const values: Record<string, number> = {};
  for (const line of lines) {
    const at = line.lastIndexOf(' ');
    values[line.slice(name.length, at)] = Number(line.slice(at));
  }
  return values;
}

const claimant = (run: string) => ({
  ...{ run, address: 'n', node: 'n', step: 'hold', pool: 'cpu', input: null },
  ...{ worker: 'other', device: null, attempt: 1 },
});

test('a commit that a newer execution has overtaken is a fence refused, and no output of its own', async () => {
  const run = await stage.newRun();
  meanwhile = async () => {
    await claimNode(stage.db, claimant(run));
  };
  const environment = quiet({ workflowType: 'perennial.map-shard' });
  const failing = stage.execute('hold', { x: 1 }, { run, dependencies, environment });
  await expect(failing).rejects.toMatchObject({ type: 'PER_RUN_008' });
  expect(await read('perennial_fences_refused_total')).toEqual({ '{step="hold",pool="cpu"}': 1 });
  meanwhile = () => Promise.resolve();
  await stage.execute('hold', { x: 2 }, { run, dependencies, environment });
  await stage.execute('hold', { x: 2 }, { run, dependencies, environment });
  const of = (outcome: string) => `{pipeline="pipeline-of-the-plan",step="hold",pool="cpu",outcome="${outcome}"}`;
  expect(await read('perennial_executions_total')).toEqual({
    [of('fenced-off')]: 1,
    [of('committed')]: 1,
    [of('repeated')]: 1,
  });
  expect(await read('perennial_fences_refused_total')).toEqual({ '{step="hold",pool="cpu"}': 1 });
  expect(await read('perennial_execution_seconds_count')).toEqual({ '{step="hold",pool="cpu"}': 2 });
});

test('an execution that is cancelled is neither done nor failed', async () => {
  const environment = quiet();
  meanwhile = async () => {
    environment.cancel();
  };
  await expect(stage.execute('hold', { x: 1 }, { dependencies, environment })).rejects.toThrow();
  const [labels = ''] = Object.keys(await read('perennial_executions_total'));
  expect(labels).toContain('outcome="cancelled"');
});

test('one that is refused since its run is of another build has failed', async () => {
  const pinned = { ...dependencies, pinnedTo: 'new' };
  const refused = stage.execute('hold', { x: 1 }, { dependencies: pinned, build: 'old' });
  await expect(refused).rejects.toMatchObject({ type: 'PER_RUN_170' });
  const [labels = ''] = Object.keys(await read('perennial_executions_total'));
  expect(labels).toContain('outcome="failed"');
  expect(await read('perennial_execution_seconds_count')).toEqual({});
});

test('slots and the outbox are read at the scrape', async () => {
  expect(await read('perennial_slots')).toEqual({ '{pool="cpu"}': 4 });
  expect(await read('perennial_slots_used')).toEqual({ '{pool="cpu"}': 1 });
  expect(await read('perennial_outbox_waiting')).toEqual({ '': 0 });
  await addOutboxRow(stage.db, { id: 'waits', kind: 'test', payload: null });
  await addOutboxRow(stage.db, { id: 'gone', kind: 'test', payload: null });
  await markDispatched(stage.db, 'gone');
  await stage.db.query(`UPDATE outbox SET recorded_at = now() - interval '90 s' WHERE id = 'waits'`);
  expect(await read('perennial_outbox_waiting')).toEqual({ '': 1 });
  expect((await read('perennial_outbox_oldest_seconds'))['']).toBeGreaterThanOrEqual(90);
});

test('records that do not answer give no figure of the outbox, and all others', async () => {
  figures = createFigures({ pool: 'cpu', build: 'b', slots: () => 1, slotsUsed: () => 0, outbox: async () => null });
  expect(await read('perennial_outbox_waiting')).toEqual({});
  expect(await read('perennial_build_info')).toEqual({ '{pool="cpu",build="b"}': 1 });
});

test('a decision is counted with its record: told again, it is the same one', async () => {
  const keeper = keeperActivities({
    db: stage.db,
    project: { models: [] },
    observer: countEngine(figures, () => null),
  });
  const decision: Decision = {
    id: 'd1',
    model: 'm',
    causeId: null,
    action: 'refuse',
    rule: 'cool-down',
    reason: 'r',
    eventTime: '2001-02-01T00:00:00.000Z',
    runId: null,
    version: null,
  };
  for (let i = 0; i < 2; i += 1) await keeper['perennial.record-decision']({ decision, cause: null });
  expect(await read('perennial_keeper_decisions_total')).toEqual({ '{model="m",action="refuse",rule="cool-down"}': 1 });
});
