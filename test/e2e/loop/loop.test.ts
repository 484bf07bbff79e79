/**
 * Danger: each stage works alone and the loop does not close: a model that never retrains, or one that is replaced on
 * noise. The real loop is played on January and the five weeks after it against the stack that the tests share, and a
 * control that must stay silent: January's own left-out rows, replayed as if they were a window of requests.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { findSource } from '../../../activities/collect/find-source';
import { sampleFlights } from '../../../cli/demo/flights';
import {
  compareWithFirst,
  deployFirst,
  type PlayedWindow,
  playWindows,
  type Stage,
  tick,
  watch,
} from '../../../cli/demo/play';
import { championServed, keeperSettled } from '../../../cli/demo/settle';
import { printSummary } from '../../../cli/demo/print-summary';
import { summarise } from '../../../cli/demo/summary';
import { askFor, closeSegments, reportLabels } from '../../../cli/demo/traffic';
import { weeks } from '../../../cli/demo/windows';
import type { Json } from '../../../core/plan/json';
import { connect } from '../../../client/connection';
import { flights } from '../../../pipelines/flight-delays/data';
import { flightDelaysModel as model } from '../../../pipelines/flight-delays/model';
import { flightDelays } from '../../../pipelines/flight-delays/pipeline';
import { compareFlights, watchFlights } from '../../../pipelines/flight-delays/watch';
import { Quality } from '../../../steps';
import { diskArtifacts } from '../../../store/artifacts';
import { listDecisions } from '../../../store/keeper/list-decisions';
import { findModelVersion } from '../../../store/models/find-model-version';
import { modelHistory } from '../../../store/models/model-history';
import { listNodes } from '../../../store/nodes/list-nodes';
import { listVerdicts } from '../../../store/verdicts';
import { recordHistory } from '../../replay/record';

const root = join(__dirname, '../../..');
const Environment = z.object({
  PERENNIAL_TEST_STATE: z.string(),
  PERENNIAL_TEST_DATABASE_URL: z.string(),
  PERENNIAL_TEST_TEMPORAL_ADDRESS: z.string(),
  PERENNIAL_TEST_SERVING_URL: z.string(),
  PERENNIAL_TEST_TOKEN: z.string(),
});
const JANUARY = { from: '2001-01-01T00:00:00.000Z', to: '2001-02-01T00:00:00.000Z' };
const WEEKS = weeks('2001-02-01T00:00:00.000Z', '2001-03-08T00:00:00.000Z');
const page = { limit: 1_000 };

let stage: Stage;
let state: string;
let played: PlayedWindow[];

beforeAll(async () => {
  const env = Environment.parse(process.env);
  state = env.PERENNIAL_TEST_STATE;
  stage = {
    connection: await connect({
      address: env.PERENNIAL_TEST_TEMPORAL_ADDRESS,
      databaseUrl: env.PERENNIAL_TEST_DATABASE_URL,
    }),
    pipelines: [flightDelays, watchFlights, compareFlights],
    model,
    api: {
      url: env.PERENNIAL_TEST_SERVING_URL,
      model: model.name,
      headers: { authorization: `Bearer ${env.PERENNIAL_TEST_TOKEN}` },
    },
    file: (await findSource(flights, root)).files[0].path,
    rowsAWindow: 5_000,
    seed: 7,
  };
}, 60_000);

afterAll(async () => {
  await recordAll();
  await stage.connection.close();
});

/** For test/replay, where PERENNIAL_RECORD_HISTORIES asks for it: the loop's workflows as they decided here. */
async function recordAll(): Promise<void> {
  const { db, temporal } = stage.connection;
  const decisions = await listDecisions(db, model.name, page);
  const retrain = decisions.find((d) => d.action === 'retrain')?.runId;
  await recordHistory(temporal.workflow.getHandle(`keeper-${model.name}`), 'keeper');
  if (retrain) await recordHistory(temporal.workflow.getHandle(retrain), 'retrain');
  const tick = decisions
    .find((d) => d.cause?.kind === 'schedule')
    ?.causeId?.split('/')
    .at(-1);
  if (tick) await recordHistory(temporal.workflow.getHandle(tick), 'report-cause');
}

test('a first version is trained on January, judged on rows it never saw, and serves', async () => {
  expect(await deployFirst(stage, JANUARY.to)).toBe(1);
  const version = await findModelVersion(stage.connection.db, model.name, 1);
  const { candidate, baseline } = z.object({ candidate: Quality, baseline: Quality }).parse(version?.evaluation);
  expect(candidate.rows).toBeGreaterThan(90_000);
  expect(candidate.rocAuc ?? 0).toBeGreaterThan(baseline.rocAuc ?? 1);
  expect(candidate.logLoss).toBeLessThan(baseline.logLoss);
}, 300_000);

test("control: January's left-out rows make no monitor fire and promote nothing", async () => {
  const { db } = stage.connection;
  const left = await leftOutRows();
  const { outcomes, versions } = await askFor(stage.api, left);
  expect(versions).toEqual([1]);
  await closeSegments(stage.api);
  expect(await reportLabels(stage.api, outcomes)).toBe(left.length);
  await watch(stage, JANUARY, 'drift');
  await watch(stage, JANUARY, 'quality');
  await tick(stage);
  await keeperSettled(db, model.name, 1);
  const verdicts = await listVerdicts(db, model.name, page);
  expect(verdicts.map((v) => [v.monitor, v.outcome]).sort()).toEqual(model.monitors.map((m) => [m.name, 'ok']).sort());
  expect((await modelHistory(db, model.name, page)).map((p) => p.version)).toEqual([1]);
  const [newest] = await listDecisions(db, model.name, page);
  expect(newest).toMatchObject({ action: 'refuse', rule: 'cool-down', cause: { kind: 'schedule' } });
}, 300_000);

test('five weeks of requests: causes are answered once each, retrains end in a promotion or a recorded refusal', async () => {
  const { db } = stage.connection;
  played = await playWindows(stage, WEEKS, () => undefined);
  expect(played.map((p) => p.rows)).toEqual(WEEKS.map(() => 5_000));
  const decisions = await listDecisions(db, model.name, page);
  const answered = decisions.filter((d) => d.causeId !== null && d.action !== 'promote' && d.action !== 'decline');
  expect(new Set(answered.map((d) => d.causeId)).size).toBe(answered.length);
  const retrains = decisions.filter((d) => d.action === 'retrain');
  expect(retrains.length).toBeGreaterThanOrEqual(2);
  for (const retrain of retrains) {
    const ends = decisions.filter((d) => d.runId === retrain.runId && d.id !== retrain.id);
    expect(ends.map((d) => d.action)).toEqual([expect.stringMatching(/^(promote|decline)$/)]);
  }
  const promoted = decisions.filter((d) => d.action === 'promote').map((d) => d.version);
  const history = await modelHistory(db, model.name, page);
  expect(history.map((p) => p.version)).toEqual(promoted);
  expect(history.map((p) => p.seq).reverse()).toEqual(history.map((_, i) => i + 1));
  expect(await championServed(db, stage.api)).toBe(history[0]?.version);
}, 600_000);

test('a later candidate is trained before the newest labelled window and judged on it', async () => {
  const second = await findModelVersion(stage.connection.db, model.name, 2);
  expect(second).not.toBeNull();
  const labelled = WEEKS.find((week) => week.from === second?.trained_to);
  expect(labelled).toBeDefined();
  // Text of one form: instants compare as they read.
  expect((second?.event_time ?? '') >= (labelled?.to ?? 'never')).toBe(true);
});

test('the kept model is compared, window by window, with the first one left alone, and the summary says what was found', async () => {
  const Lines = z.array(z.object({ window: z.object({ from: z.string() }), alone: Quality, kept: Quality }));
  const comparison = await compareWithFirst(stage, WEEKS, 1);
  const lines = Lines.parse(comparison);
  expect(lines.map((line) => line.window.from)).toEqual(WEEKS.map((week) => week.from));
  for (const { alone, kept } of lines) {
    expect(alone.rows).toBe(5_000);
    expect(kept.rows).toBe(5_000);
    expect(kept.baseRate).toBe(alone.baseRate);
  }
  // While the first version answered, both are the same model: float32 in the file, float64 in the log.
  expect(lines[0]?.kept.logLoss).toBeCloseTo(lines[0]?.alone.logLoss ?? 0, 6);
  await checkSummary(comparison);
}, 120_000);

async function checkSummary(comparison: Json): Promise<void> {
  const { db } = stage.connection;
  const found = await summarise(db, model.name, played, comparison);
  expect(found.windows.map((line) => line.versions)).toEqual(played.map((window) => window.versions));
  // Every window has as many rows, so the weighted mean is the plain one.
  const mean = found.windows.reduce((sum, line) => sum + line.kept.logLoss, 0) / WEEKS.length;
  expect(found.means.kept.logLoss).toBeCloseTo(mean, 12);
  const verdicts = await listVerdicts(db, model.name, page);
  for (const line of found.windows) {
    const fired = verdicts.filter((v) => v.from === line.window.from && v.outcome === 'alarm').map((v) => v.monitor);
    expect([...line.alarms].sort()).toEqual([...new Set(fired)].sort());
  }
  expect(found.decisions).toHaveLength((await listDecisions(db, model.name, page)).length);
  const run = { seconds: 83, state, temporalUi: 'http://127.0.0.1:1', serving: stage.api.url, kept: true };
  const text = printSummary({ ...found, ...run });
  for (const line of found.windows) expect(text).toContain(line.kept.logLoss.toFixed(4));
  expect(text).toContain(found.means.alone.logLoss > found.means.kept.logLoss ? 'kept is better' : 'kept is worse');
  expect(text).toContain('1 min 23 s');
}

/** The rows that the first version's run held out, read from its own artifact. */
async function leftOutRows() {
  const { db } = stage.connection;
  const version = await findModelVersion(db, model.name, 1);
  const nodes = await listNodes(db, version?.run_id ?? '', page);
  const { test: digest } = z.object({ test: z.string() }).parse(nodes.find((node) => node.address === 'split')?.output);
  const file = await diskArtifacts(db, join(state, 'artifacts')).pathOf(digest);
  return sampleFlights(file, JANUARY, 1_000_000, stage.seed);
}
