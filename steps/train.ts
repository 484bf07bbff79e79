import { z } from 'zod';
import { step } from '../core';
import { NumberRepair, Others, StandIns, TextRepair, TimestampRepair } from './feature-rules';
import { FeatureSpec, Label } from './features';
import { Dataset, ModelArtifact, Report } from './types';

export const GbdtParameters = z.object({
  trees: z.int().min(1).max(5_000).default(100),
  leaves: z.int().min(2).max(1_024).default(31),
  learningRate: z.number().gt(0).max(1).default(0.1),
  minRowsInLeaf: z.int().min(1).default(20),
  lambda: z.number().min(0).default(1),
  bins: z.int().min(2).max(255).default(255),
  /** Share of the rows that each tree is grown on, drawn anew with the seed for each tree (Friedman 2002, Stochastic gradient boosting). */
  rowShare: z.number().gt(0).max(1).default(1),
});
export type GbdtParameters = z.infer<typeof GbdtParameters>;

export const LinearParameters = z.object({
  /** Newton steps at most; the solver stops by itself when the gradient has vanished. */
  iterations: z.int().min(1).max(1_000).default(25),
  /** Weight of half the squared norm of the coefficients (not of the intercept), beside the mean log loss. */
  l2: z.number().min(0).default(1e-6),
});
export type LinearParameters = z.infer<typeof LinearParameters>;

export const TrainerChoice = z.discriminatedUnion('name', [
  z.object({ name: z.literal('gbdt'), parameters: GbdtParameters.prefault({}) }),
  z.object({ name: z.literal('linear'), parameters: LinearParameters.prefault({}) }),
]);
export type TrainerChoice = z.infer<typeof TrainerChoice>;

const count = z.int().min(0);
const Binned = z.object({
  /** Inner edges, ascending, no two equal: a value falls in the bin whose number is how many edges lie below it. */
  edges: z.array(z.number()),
  /** Rows by bin: one more than there are edges. */
  counts: z.array(count),
});

/** How one feature was distributed over the training rows. */
export const FeatureProfile = z.discriminatedUnion('kind', [
  /** Edges are the deciles of the values as the model takes them (after clipping), by linear interpolation. */
  Binned.extend({
    kind: z.literal('number'),
    column: z.string(),
    clip: z.tuple([z.number(), z.number()]).nullable(),
    /** Rows that stayed missing: none with a `fill`. */
    missing: count,
    sentinels: z.array(z.number()).optional(),
    repair: z.array(NumberRepair).optional(),
    otherwise: StandIns.optional(),
    /** What stands in for a missing number, in the model as here. */
    fill: z.number().optional(),
  }),
  z.object({
    kind: z.literal('category'),
    column: z.string(),
    repair: z.array(TextRepair).optional(),
    otherwise: Others.optional(),
    /** Rows by canonical value. */
    counts: z.record(z.string(), count),
    /** Rows with null, or with nothing left after normalising. In later windows also: spellings not in training. */
    unknown: count,
    /** Canonical value of each raw spelling that is not its own canonical value; of '' when missing texts have one. */
    spellings: z.record(z.string(), z.string()),
  }),
  z.object({
    kind: z.literal('calendar'),
    column: z.string(),
    part: z.enum(['minute', 'hour', 'day-of-week']),
    /** Rows by part: 60, 24 or 7 of them. */
    counts: z.array(count),
    missing: count,
    sentinels: z.array(z.int()).optional(),
    repair: z.array(TimestampRepair).optional(),
    otherwise: Others.optional(),
  }),
]);
export type FeatureProfile = z.infer<typeof FeatureProfile>;

/** The training rows of a model version as counts: what drift is measured against. */
export const ReferenceProfile = z.object({
  rows: count,
  positives: count,
  /** By feature name. */
  features: z.record(z.string(), FeatureProfile),
  /** Probabilities of the model on the training rows, by their deciles. */
  score: Binned,
});
export type ReferenceProfile = z.infer<typeof ReferenceProfile>;

/** What the rules of one feature fitted on the training rows, and for how many of these `fill` stands in. */
export const FittedRule = z.object({
  clip: z.tuple([z.number(), z.number()]).nullable(),
  fill: z.union([z.number(), z.string()]).nullable(),
  filled: count,
});
export type FittedRule = z.infer<typeof FittedRule>;

/** What a trained model is, beside its ONNX bytes. */
export const TrainOutput = z.object({
  model: ModelArtifact,
  trainer: z.string(),
  rows: z.int(),
  positives: z.int(),
  /** Log loss on the training rows after the last round. */
  trainingLogLoss: z.number(),
  /** A {@link ReferenceProfile} of the training rows (JSON artifact). */
  reference: Report,
  /**
   * Share of each feature, adding up to 1 (all 0 when nothing was learnt): of the gain of all splits for gbdt, of the
   * variance that it brings into the log-odds for linear.
   */
  importances: z.record(z.string(), z.number()),
  /** By feature, where rules fitted something; absent when none did. */
  fitted: z.record(z.string(), FittedRule).optional(),
  /** Some raw training rows with the trainer's own probabilities (JSON artifact): what admission asks the model before it is registered. */
  golden: Report,
});

/**
 * Fits one trainer in a child process and exports ONNX with all preprocessing inside. Same input and seed: same bytes.
 *
 * The seed matters where something is drawn: to `gbdt` with a `rowShare` below 1. `linear` draws nothing, and neither
 * does `gbdt` on all rows: they give the same bytes for every seed. `threads` never changes the model. Both are part
 * of the input all the same, so a change of either trains again instead of finding the cached output.
 */
export const train = step('train', {
  input: z.object({
    dataset: Dataset,
    features: FeatureSpec,
    label: Label,
    trainer: TrainerChoice,
    seed: z.int().default(1),
    threads: z.int().min(1).max(64).default(2),
  }),
  output: TrainOutput,
  pool: 'cpu',
  timeout: '2h',
  heartbeat: '30s',
  isolate: true,
});
