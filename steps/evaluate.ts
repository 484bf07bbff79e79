import { z } from 'zod';
import { step } from '../core';
import { FeatureSpec, Label } from './features';
import { Dataset, ModelArtifact } from './types';

/** Quality of one set of probabilities against labels. Sources of the formulas: activities/evaluate/metrics. */
export const Quality = z.object({
  rows: z.int(),
  positives: z.int(),
  logLoss: z.number(),
  brier: z.number(),
  /** null with one class only. */
  rocAuc: z.number().nullable(),
  meanPrediction: z.number(),
  baseRate: z.number(),
  /** Expected calibration error over ten equal-width bins. */
  calibrationError: z.number(),
  /**
   * Share of the positives among the highest-scored 5 %, 10 %, ... 100 % of rows, nine significant digits; rows of equal
   * score share their place. null without a positive.
   */
  gains: z.array(z.number()).length(20).nullable(),
});
export type Quality = z.infer<typeof Quality>;

/** The champion at the moment it is asked. Never cached: the answer changes with each promotion. */
export const findChampion = step('find-champion', {
  input: z.object({ model: z.string() }),
  output: z.object({ version: z.int().nullable(), artifact: ModelArtifact.nullable() }),
  pool: 'cpu',
  timeout: '30s',
  cache: false,
});

/** candidate minus rival, on the same rows: mean log-loss difference with a 95 % interval; below zero the candidate is better. */
export const Difference = z.object({ mean: z.number(), low: z.number(), high: z.number() });
export type Difference = z.infer<typeof Difference>;

export const EvaluateOutput = z.object({
  candidate: Quality,
  baseline: Quality,
  champion: Quality.nullable(),
  versusBaseline: Difference,
  versusChampion: Difference.nullable(),
  /** True when the candidate is better than baseline and champion beyond the interval. No better is not better. */
  passes: z.boolean(),
  /** The same in plain words, with the figures. */
  reason: z.string(),
  /**
   * ONNX Runtime's execution provider that the candidate's session was opened with: `cuda` or `cpu`. A session opened
   * with CUDA still runs on the CPU the nodes that CUDA has no kernel for; tree ensembles and encoders of text are such.
   */
  provider: z.string(),
  /** Why the session was not opened with CUDA; '' when it was. */
  providerNote: z.string(),
});
export type EvaluateOutput = z.infer<typeof EvaluateOutput>;

/**
 * Scores candidate, baseline and champion on the same labelled rows with ONNX Runtime, and says whether the candidate
 * may go on. Rows of one class only are judged too: ROC-AUC is null, log loss and the rest hold.
 */
export const evaluate = step('evaluate', {
  input: z.object({
    dataset: Dataset,
    features: FeatureSpec,
    label: Label,
    candidate: ModelArtifact,
    baseline: ModelArtifact,
    champion: ModelArtifact.nullable(),
  }),
  output: EvaluateOutput,
  pool: 'gpu',
  timeout: '30m',
  heartbeat: '30s',
  isolate: true,
});
