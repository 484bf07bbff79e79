import { z } from 'zod';
import { step } from '../core';
import { DRIFT_STATISTICS } from './drift-statistics';
import { FeatureSpec } from './features';
import { Dataset, Window } from './types';

/** The columns of a compacted window beside the raw feature columns: names that no feature has. */
export const PREDICTION_COLUMNS = {
  /** Text: what a label refers to. */
  id: 'perennial_id',
  /** Instant of the row in the data's time. */
  event: 'perennial_event',
  /** Integer: the version that answered. */
  version: 'perennial_version',
  /** Number from 0 to 1, as it was answered. */
  probability: 'perennial_probability',
  /** 0 or 1; only where labels were joined. */
  label: 'perennial_label',
} as const;

/** Turns the closed prediction segments that touch a window into one Parquet data set of the window's predictions. */
export const compactPredictions = step('compact-predictions', {
  input: z.object({ model: z.string(), window: Window, features: FeatureSpec }),
  output: z.object({ predictions: Dataset, rows: z.int(), versions: z.array(z.int()) }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
  cache: false,
});

/** Statistics that the reference profile of a version holds enough for; the others need the rows of earlier windows. */
const OF_PROFILE: readonly string[] = ['psi', 'jensen-shannon'];

/** A detector on a stream; parameters are river's and by default have its values. */
export const DetectorSpec = z.discriminatedUnion('name', [
  z.object({ name: z.literal('adwin'), delta: z.number().gt(0).lt(1).default(0.002) }),
  z.object({ name: z.literal('ddm') }),
  z.object({ name: z.literal('hddm-a'), twoSided: z.boolean().default(false) }),
  z.object({
    name: z.literal('page-hinkley'),
    threshold: z.number().gt(0).default(50),
    mode: z.enum(['up', 'down', 'both']).default('both'),
  }),
]);
export type DetectorSpec = z.infer<typeof DetectorSpec>;

const DriftMonitor = z
  .object({
    kind: z.literal('drift'),
    name: z.string(),
    /** A population stability index of any feature, or of the scores, that reaches this fires. */
    psi: z.number().gt(0).optional(),
    /** In place of `psi`: any statistic of docs/DRIFT.md, with the threshold that fires when it is reached. */
    statistic: z.enum(DRIFT_STATISTICS).optional(),
    threshold: z.number().gt(0).optional(),
    /** The features that are judged, and `scores`; absent: all. */
    columns: z.array(z.string()).min(1).optional(),
    /**
     * `training` (default): the rows that the version was trained on, by their profile. `earlier`: the predictions that
     * `judge` is given as `earlier`; features alone, of whatever versions answered then.
     */
    reference: z.enum(['training', 'earlier']).optional(),
    minRows: z.int().default(500),
  })
  .refine(
    ({ psi, statistic, threshold }) =>
      psi === undefined
        ? statistic !== undefined && threshold !== undefined
        : statistic === undefined && threshold === undefined,
    { error: 'give psi, or statistic and threshold' },
  )
  .refine(({ statistic = 'psi', reference }) => reference === 'earlier' || OF_PROFILE.includes(statistic), {
    error: `the training profile has ${OF_PROFILE.join(' and ')} alone: say reference 'earlier' for another statistic`,
  });

/** A declared check over windows. Thresholds are the model's; the evidence holds every figure. */
export const MonitorSpec = z.discriminatedUnion('kind', [
  DriftMonitor,
  z.object({
    kind: z.literal('accuracy'),
    name: z.string(),
    metric: z.enum(['log-loss', 'roc-auc', 'calibration']),
    /** Worse than the version's own evaluation by more than this fires. */
    worseBy: z.number().gt(0),
    minRows: z.int().default(500),
    minCoverage: z.number().min(0).max(1).default(0.5),
  }),
  z.object({
    kind: z.literal('business'),
    name: z.string(),
    /** Share of all positives that lie among the `budget` share of rows with the highest scores. */
    metric: z.literal('caught-at-budget'),
    budget: z.number().gt(0).lt(1),
    /** A fall below the version's own evaluation by more than this fires. */
    dropBy: z.number().gt(0),
    minRows: z.int().default(500),
    minCoverage: z.number().min(0).max(1).default(0.5),
  }),
  z.object({
    kind: z.literal('stream'),
    name: z.string(),
    /**
     * What is watched, in the order of events: the `scores`; or, of the rows whose labels have arrived, the `errors` (1
     * where the answer, at 0.5, was wrong) or the `squared-errors` of the probability, which fit rare positives better.
     */
    of: z.enum(['scores', 'errors', 'squared-errors']),
    detector: DetectorSpec,
    minRows: z.int().default(500),
    /** Of `errors` and `squared-errors`: the share of rows whose label must have arrived. */
    minCoverage: z.number().min(0).max(1).default(0.5),
  }),
]);
export type MonitorSpec = z.infer<typeof MonitorSpec>;

export const Verdict = z.object({
  monitor: z.string(),
  kind: z.enum(['drift', 'accuracy', 'business']),
  version: z.int(),
  revision: z.int(),
  outcome: z.enum(['ok', 'alarm', 'insufficient']),
  evidence: z.record(z.string(), z.json()),
});
export type Verdict = z.infer<typeof Verdict>;

/**
 * Judges one monitor on one window, for each version that answered in it (for the champion when none did), records the
 * verdicts, and reports a cause to the keeper for each alarm. `insufficient`: too few rows or labels, or one class only.
 * Judged again on the same figures it is the same revision; on other figures it is the next.
 *
 * `earlier`: predictions of windows before this one, as `compact-predictions` gives them. Monitors with `reference:
 * 'earlier'` compare with them; a detector on a stream sees them first, and fires for this window alone. A verdict of a
 * stream of scores is of kind `drift`, one of errors of kind `accuracy`.
 */
export const judge = step('judge', {
  input: z.object({
    model: z.string(),
    monitor: MonitorSpec,
    window: Window,
    predictions: Dataset,
    earlier: Dataset.optional(),
  }),
  output: z.object({ verdicts: z.array(Verdict) }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
  cache: false,
});

/** A window's predictions whose labels have arrived, each with its label: what a version can be judged again on. */
export const labelPredictions = step('label-predictions', {
  input: z.object({ model: z.string(), predictions: Dataset }),
  output: z.object({ labelled: Dataset, rows: z.int() }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
  cache: false,
});
