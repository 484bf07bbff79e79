import { z } from 'zod';
import { Occasion, step } from '../../core';
import { Dataset, FeatureSpec, ModelArtifact, Quality, SplitBy, Window } from '../../steps';

/**
 * From the occasion of a retrain to the rows it may use. Before any labelled window exists: the bootstrap window, a
 * seeded random share held out. After that: `historyDays` before the newest labelled window to train on, and that
 * window to be judged on.
 */
export const chooseRows = step('choose-rows', {
  input: z.object({
    occasion: Occasion,
    bootstrap: Window,
    historyDays: z.int().positive(),
    holdOut: z.object({ testShare: z.number().gt(0).lt(1), seed: z.int() }),
    time: z.string(),
  }),
  output: z.object({ rows: Window, trainedOn: Window, by: SplitBy }),
  light: true,
});

/** Scores a model artifact on a window's labelled requests, beside what was answered then. */
export const compareWindow = step('compare-window', {
  input: z.object({ labelled: Dataset, window: Window, artifact: ModelArtifact, features: FeatureSpec }),
  output: z.object({ window: Window, alone: Quality, kept: Quality, provider: z.string() }),
  pool: 'gpu',
  timeout: '10m',
  heartbeat: '30s',
});
