// Danger: a data set without its lineage, a report that is lost with the failed node, a verdict without its cause, a
// cause without its verdict, or a window judged twice that reports twice.
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { z } from 'zod';
import { cleanSteps } from '../../activities/clean';
import { collectSteps } from '../../activities/collect';
import { measureQuality } from '../../activities/evaluate/metrics';
import { joinSteps } from '../../activities/join';
import { monitorSteps } from '../../activities/monitor';
import type { RunStepDependencies } from '../../activities/run-step';
import { splitSteps } from '../../activities/split';
import { validateSteps } from '../../activities/validate';
import type { Json } from '../../core';
import * as steps from '../../steps';
import { listPoints } from '../../store/business';
import { findDataset, listDatasets } from '../../store/datasets';
import { insertLabels } from '../../store/labels';
import { listChildren, listParents } from '../../store/lineage';
import { createModelVersion } from '../../store/models/create-model-version';
import { promote } from '../../store/models/promote';
import { appendSegment } from '../../store/predictions';
import { listVerdicts } from '../../store/verdicts';
import { aRun } from './rows';
import { setStepStage, type StepStage } from './step-stage';

jest.setTimeout(120_000);

let stage: StepStage;
let db: Pool;
let dependencies: RunStepDependencies;

beforeAll(async () => {
  const standard = [collectSteps, cleanSteps, joinSteps, validateSteps, splitSteps, monitorSteps];
  stage = await setStepStage('data-steps', standard);
  ({ db, dependencies } = stage);
  const project = join(__dirname, '..', '..');
  // The step collect asks the process where the project is, as a worker's environment says.
  Object.assign(process.env, { DATABASE_URL: stage.databaseUrl, PERENNIAL_PROJECT: project });
});

afterAll(() => stage.end());

async function execute<O>(
  contract: { name: string; output: z.ZodType<O> },
  input: Json,
): Promise<{ run: string; output: O }> {
  const { run, output } = await stage.execute(contract.name, input, { cache: false });
  return { run, output: contract.output.parse(output) };
}

const window = { from: '2001-01-01T00:00:00.000Z', to: '2001-01-03T00:00:00.000Z' };
const columns = { date: 'timestamp', delay: 'integer', distance: 'integer', origin: 'text', destination: 'text' };
const source = { kind: 'package', package: 'vega-datasets', path: 'data/flights-3m.parquet' };
const collectInput = { source, columns, time: 'date', window };

describe('data set versions', () => {
  test('from the file to two parts: every version is described, and every arrow is a row', async () => {
    const raw = await execute(steps.collect, collectInput);
    expect(raw.output.from >= window.from && raw.output.to < window.to).toBe(true);
    const quarantine = [{ kind: 'outside', reason: 'far', column: 'distance', max: 2_500 }];
    const cleaned = await execute(steps.clean, {
      dataset: raw.output.dataset,
      quarantine,
      uniqueBy: Object.keys(columns),
    });
    const c = cleaned.output;
    expect(c.rowsIn).toBe(raw.output.rows);
    expect(c.rows + c.quarantined + c.duplicates).toBe(c.rowsIn);
    expect(c.quarantined).toBeGreaterThan(0);
    const parts = await execute(steps.split, { dataset: c.dataset, by: { kind: 'random', testShare: 0.2, seed: 1 } });
    expect(parts.output.trainRows + parts.output.testRows).toBe(c.rows);

    const version = await findDataset(db, c.dataset);
    expect(version).toMatchObject({ rows: c.rows, run: cleaned.run, schema: { time: 'date' } });
    expect(version?.profile).toMatchObject({
      origin: { nulls: 0 },
      distance: { deciles: expect.any(Array) as unknown },
    });
    expect(
      [version?.timeFrom, version?.timeTo].every((t) => t !== null && t !== undefined && t.startsWith('2001-01-0')),
    ).toBe(true);
    expect(await listParents(db, raw.output.dataset)).toMatchObject([
      { parent: 'vega-datasets/data/flights-3m.parquet', relation: 'source' },
    ]);
    expect((await listChildren(db, raw.output.dataset)).map((e) => e.child).sort()).toEqual(
      [c.dataset, c.quarantine, c.report].sort(),
    );
    const [first] = await listDatasets(db, { limit: 1 });
    expect((await listDatasets(db, first ? { before: first.digest } : {})).map((d) => d.digest)).not.toContain(
      first?.digest,
    );
  });

  test('the same input made again is the same version, made by the first run', async () => {
    const [first, second] = [await execute(steps.collect, collectInput), await execute(steps.collect, collectInput)];
    expect(second.output).toEqual(first.output);
    expect((await listParents(db, first.output.dataset)).map((e) => e.run)).toEqual(
      expect.arrayContaining([first.run, second.run]),
    );
  });

  test('a join is a version of its own, of the rows and of every data set that columns came from', async () => {
    const { dataset, rows } = (await execute(steps.collect, collectInput)).output;
    const train = (await execute(steps.split, { dataset, by: { kind: 'random', testShare: 0.5, seed: 3 } })).output
      .train;
    const table = { on: { origin: 'origin' }, time: 'date', known: { after: '1h' }, take: { before: 'delay' } };
    const input = { dataset, time: 'date', features: { flights: { ...table, dataset: train } } };
    const { output } = await execute(steps.joinAsOf, input);
    expect(output.rows).toBe(rows);
    expect(output.features['flights']?.matched).toBeGreaterThan(0);
    expect(output.features['flights']?.withheld).toBeGreaterThan(0);
    expect(await findDataset(db, output.dataset)).toMatchObject({ rows, schema: { time: 'date' } });
    const parents = await listParents(db, output.dataset);
    expect(parents.map(({ parent, relation }) => [relation, parent]).sort()).toEqual([
      ['columns-of', train],
      ['rows-of', dataset],
    ]);
  });

  test('a broken expectation fails the node by name, never to be retried, and its report stays', async () => {
    const { dataset } = (await execute(steps.collect, collectInput)).output;
    const kept = { kind: 'row-count', min: 1 };
    const warned = { kind: 'row-count', severity: 'warn', max: 1 };
    const { output } = await execute(steps.validate, { dataset, expectations: [kept, warned] });
    expect(output).toMatchObject({ dataset, warnings: 1 });

    const broken = { kind: 'range', column: 'delay', max: 10 };
    const failure = execute(steps.validate, { dataset, expectations: [kept, broken] });
    await expect(failure).rejects.toMatchObject({ type: 'PER_DATA_007', nonRetryable: true });
    const message = await failure.then(
      () => '',
      (e: unknown) => String(e),
    );
    expect(message).toContain("'delay' is at most 10");
    const report = /Report: ([0-9a-f]{64})/.exec(message)?.[1] ?? '';
    expect((await dependencies.artifacts.read(report)).toString()).toContain('1 of 2 expectations hold');
  });
});

describe('monitors', () => {
  const features: Json = { features: [{ kind: 'number', name: 'distance', column: 'distance' }] };
  const week = { from: '2001-02-01T00:00:00.000Z', to: '2001-02-08T00:00:00.000Z' };
  let models = 0;

  /** A version whose training rows had distances 0 to 999 and whose evaluation was perfect but for one row in ten. */
  async function aModel(): Promise<string> {
    const model = `model-${(models += 1)}`;
    const put = (value: Json, kind: 'json' | 'model'): Promise<string> =>
      dependencies.artifacts.putBytes(Buffer.from(JSON.stringify(value)), kind);
    const profile = {
      rows: 1000,
      positives: 200,
      features: {
        distance: { kind: 'number', column: 'distance', clip: null, missing: 0, edges: [499.5], counts: [500, 500] },
      },
      score: { edges: [0.5], counts: [800, 200] },
    };
    const labels = Uint8Array.from({ length: 1000 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    const evaluation = {
      candidate: measureQuality(
        labels,
        Float64Array.from(labels, (y) => (y ? 0.9 : 0.1)),
      ),
    };
    const run = await aRun(db, `train-${model}`);
    await createModelVersion(db, {
      model,
      artifact: await put({ model }, 'model'),
      trainer: 'gbdt',
      signature: {},
      metrics: {},
      evaluation,
      reference: await put(profile, 'json'),
      trainedFrom: '2001-01-01T00:00:00.000Z',
      trainedTo: '2001-02-01T00:00:00.000Z',
      eventTime: '2001-02-01T00:00:00.000Z',
      run,
      address: 'register',
    });
    return model;
  }

  async function predicted(model: string, distance: (i: number) => number): Promise<string[]> {
    const ids = Array.from({ length: 1000 }, (_, i) => `s${'0'.repeat(12)}-${models}-${'a'.repeat(12)}.${i}`);
    const at = '2001-02-03T00:00:00.000Z';
    const lines = ids.map((id, i) => ({
      id,
      at,
      event: at,
      model,
      version: 1,
      p: i % 5 === 0 ? 0.9 : 0.1,
      row: { distance: distance(i) },
    }));
    const bytes = Buffer.from(lines.map((line) => JSON.stringify(line) + '\n').join(''));
    const artifact = await dependencies.artifacts.putBytes(bytes, 'predictions');
    await appendSegment(db, { id: `${model}-segment`, model, artifact, rows: 1000, event_from: at, event_to: at });
    return ids;
  }

  const drift = { kind: 'drift', name: 'psi', psi: 0.2 };
  const loss = { kind: 'accuracy', name: 'log-loss', metric: 'log-loss', worseBy: 0.05 };
  const caught = { kind: 'business', name: 'caught', metric: 'caught-at-budget', budget: 0.2, dropBy: 0.05 };

  async function judged(model: string, ...monitors: Json[]) {
    const { output } = await execute(steps.compactPredictions, { model, window: week, features });
    const verdicts: steps.Verdict[] = [];
    for (const monitor of monitors) {
      const done = await execute(steps.judge, { model, monitor, window: week, predictions: output.predictions });
      verdicts.push(...done.output.verdicts);
    }
    return verdicts;
  }

  async function causes(model: string): Promise<string[]> {
    const { rows } = await db.query<{ id: string }>(
      `SELECT c.id FROM causes c JOIN outbox o ON o.id = 'cause:' || c.id WHERE c.model = $1 ORDER BY c.id`,
      [model],
    );
    return rows.map((row) => row.id);
  }

  test('a window as in training, with its labels, raises nothing; its business point is kept', async () => {
    const model = await aModel();
    const ids = await predicted(model, (i) => i);
    await insertLabels(
      db,
      model,
      ids.map((id, i) => ({ id, label: i % 5 === 0 ? 1 : 0 })),
    );
    const verdicts = await judged(model, drift, loss, caught);
    expect(verdicts.map((v) => [v.monitor, v.outcome, v.revision])).toEqual([
      ['psi', 'ok', 1],
      ['log-loss', 'ok', 1],
      ['caught', 'ok', 1],
    ]);
    expect(await causes(model)).toEqual([]);
    expect(await listPoints(db, { model, metric: 'caught' })).toMatchObject([{ version: 1, value: 1, ...week }]);
  });

  test('an alarm is a verdict and one cause; judged again on the same figures it is the same', async () => {
    const model = await aModel();
    await predicted(model, (i) => i / 10);
    expect(await judged(model, drift)).toMatchObject([
      { outcome: 'alarm', revision: 1, evidence: { moved: ['distance'] } },
    ]);
    expect(await judged(model, drift)).toMatchObject([{ outcome: 'alarm', revision: 1 }]);
    expect(await listVerdicts(db, model)).toHaveLength(1);
    expect(await causes(model)).toEqual([`${model}/drift/psi/v1/${week.from}..${week.to}`]);
  });

  test('labels that arrive later make a new revision, and only then a cause', async () => {
    const model = await aModel();
    const ids = await predicted(model, (i) => i);
    expect(await judged(model, loss)).toMatchObject([{ outcome: 'insufficient', revision: 1 }]);
    await insertLabels(
      db,
      model,
      ids.map((id, i) => ({ id, label: i % 5 === 1 ? 1 : 0 })),
    );
    expect(await judged(model, loss)).toMatchObject([{ outcome: 'alarm', revision: 2 }]);
    expect((await listVerdicts(db, model)).map((v) => [v.revision, v.outcome])).toEqual([
      [2, 'alarm'],
      [1, 'insufficient'],
    ]);
    expect(await listVerdicts(db, model, { newestOnly: true })).toMatchObject([{ revision: 2 }]);
    expect(await causes(model)).toEqual([`${model}/accuracy/log-loss/v1/${week.from}..${week.to}/r2`]);
  });

  test('a monitor that compares with earlier predictions needs them; a detector watches them first', async () => {
    const model = await aModel();
    const ids = await predicted(model, (i) => i);
    await insertLabels(
      db,
      model,
      ids.map((id, i) => ({ id, label: i % 5 === 0 ? 1 : 0 })),
    );
    const other = await aModel();
    await predicted(other, (i) => i + 300);
    const compacted = async (of: string): Promise<string> =>
      (await execute(steps.compactPredictions, { model: of, window: week, features })).output.predictions;
    const [predictions, earlier] = [await compacted(model), await compacted(other)];
    const judgedBy = (monitor: Json, more: { [key: string]: Json } = {}) =>
      execute(steps.judge, { model, monitor, window: week, predictions, ...more });

    const moved = { kind: 'drift', name: 'moved', statistic: 'wasserstein', threshold: 200, reference: 'earlier' };
    await expect(judgedBy(moved)).rejects.toThrow(
      "Monitor 'moved' compares with earlier predictions; none were given.",
    );
    expect((await judgedBy(moved, { earlier })).output.verdicts).toMatchObject([
      { kind: 'drift', outcome: 'alarm', evidence: { moved: ['distance'], features: { distance: 300 }, earlier } },
    ]);
    const detector = { name: 'adwin' };
    const of = (what: string): Json => ({ kind: 'stream', name: `stream-of-${what}`, of: what, detector });
    expect((await judgedBy(of('scores'), { earlier })).output.verdicts).toMatchObject([
      { kind: 'drift', outcome: 'ok', evidence: { watched: 1000, earlier } },
    ]);
    expect((await judgedBy(of('errors'))).output.verdicts).toMatchObject([
      { kind: 'accuracy', outcome: 'ok', evidence: { watched: 1000, coverage: 1, mean: 0 } },
    ]);
    expect(await causes(model)).toEqual([`${model}/drift/moved/v1/${week.from}..${week.to}`]);
  });

  test('a window that nobody asked anything in is insufficient for the champion, and nothing without one', async () => {
    const model = await aModel();
    expect(await judged(model, drift, loss)).toEqual([]);
    const why = { decisionId: `first-${model}`, reason: 'first', by: 'test', eventTime: week.from };
    await promote(db, { model, expectedSeq: 0, version: 1, ...why });
    const verdicts = await judged(model, drift, loss);
    expect(verdicts.map((v) => v.outcome)).toEqual(['insufficient', 'insufficient']);
    expect(await causes(model)).toEqual([]);
  });
});
