import { z } from 'zod';
import { step } from '../core';
import { FeatureSpec, Label } from './features';
import { Dataset, ModelArtifact, Report } from './types';

/** What rows are told apart by: a column, or DuckDB's SQL over the columns under a name of its own: `hour(date)`. */
export const SegmentBy = z.union([
  z.string().min(1),
  z.object({ name: z.string().min(1), expression: z.string().min(1) }),
]);
export type SegmentBy = z.infer<typeof SegmentBy>;

/** How segments are looked for. What each means, and why the defaults: docs/SEGMENTS.md. */
export const SegmentOptions = z.object({
  /**
   * What is measured of a row. A loss, which is to be low: `-ln p` of what happened, or the squared distance between probability and
   * outcome; or `bias`, label minus probability, whose mean is to be no further from 0 than that of the other rows.
   */
  measure: z.enum(['log-loss', 'brier', 'bias']).default('log-loss'),
  /** Bins of a column of numbers, by quantiles. */
  bins: z.int().min(2).max(20).default(5),
  /** Fewest rows of a segment, and of all others, in each half: one with fewer to confirm it is never weak. Below 50 the chances would not hold. */
  minRows: z.int().min(50).default(100),
  /** Least effect: difference of the means over their common standard deviation. 0.2 is small (Cohen 1988). */
  minEffect: z.number().min(0).default(0.2),
  /** Chance, at most, that any segment is called weak that is not. */
  alpha: z.number().gt(0).max(0.5).default(0.05),
  /** Segments of two columns as well. */
  pairs: z.boolean().default(true),
  /** Segments that are told, at most. */
  most: z.int().min(1).max(50).default(10),
  /** Which rows are looked through, and which confirm: a half each. */
  seed: z.int().default(1),
});
export type SegmentOptions = z.infer<typeof SegmentOptions>;

/** What holds of one column in a segment. `between`: above `from`, up to `to`; null is open. `other`: a value that is rare. */
export const SegmentCondition = z.discriminatedUnion('is', [
  z.object({ column: z.string(), is: z.literal('value'), value: z.union([z.string(), z.number()]) }),
  z.object({
    column: z.string(),
    is: z.literal('between'),
    from: z.number().nullable(),
    to: z.number().nullable(),
  }),
  z.object({ column: z.string(), is: z.literal('other') }),
  z.object({ column: z.string(), is: z.literal('missing') }),
]);
export type SegmentCondition = z.infer<typeof SegmentCondition>;

/** A segment that one half of the rows proposed; every figure is of the other half, without the rows of segments before it. */
export const Segment = z.object({
  conditions: z.array(SegmentCondition).min(1).max(2),
  /** The conditions in words. */
  text: z.string(),
  rows: z.int(),
  /** Mean of the measure over the rows of the segment, and over all others. */
  inside: z.number(),
  outside: z.number(),
  /** Inside minus outside, with a 95 % interval. */
  difference: z.object({ mean: z.number(), low: z.number(), high: z.number() }),
  effect: z.number(),
  /** Chance of such a difference where there is none, as it is and corrected for all segments that were tested. */
  chance: z.number(),
  correctedChance: z.number(),
  weak: z.boolean(),
  /** Mean probability and share of positives: apart, the model is biased here; alike, these rows are hard. */
  meanPrediction: z.number(),
  baseRate: z.number(),
});
export type Segment = z.infer<typeof Segment>;

export const SegmentFindings = z.object({
  rows: z.object({ searched: z.int(), confirming: z.int() }),
  /** Of the measure, over all confirming rows. */
  mean: z.number(),
  /** In the order in which they were found, the clearest first. */
  segments: z.array(Segment),
  /** How many are weak: clear on the other half too. */
  weak: z.int(),
});
export type SegmentFindings = z.infer<typeof SegmentFindings>;

/**
 * Finds where a model is weak: slices by one or two columns where it does worse than on the other rows, proposed by one
 * half of the labelled rows and confirmed on the other. Finding some fails nothing: branch on `weak`.
 */
export const weakSegments = step('weak-segments', {
  input: z
    .object({
      dataset: Dataset,
      label: Label,
      /** Whose probabilities are judged: a model's, or those that stand in a column. */
      scored: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('model'), model: ModelArtifact, features: FeatureSpec }),
        z.object({ kind: z.literal('column'), column: z.string().min(1) }),
      ]),
      /** By default the features of the model. */
      by: z.array(SegmentBy).min(1).max(50).optional(),
      options: SegmentOptions.prefault({}),
    })
    .refine(({ scored, by }) => scored.kind === 'model' || by !== undefined, {
      error: 'with a column of probabilities, `by` says what rows are told apart by',
      path: ['by'],
    }),
  output: SegmentFindings.extend({ report: Report }),
  pool: 'cpu',
  timeout: '30m',
  heartbeat: '30s',
  isolate: true,
});
