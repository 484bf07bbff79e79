import { z } from 'zod';
import { FeatureSpec } from './features';

const share = z.number().min(0).max(1);
const count = z.int().min(0);

/**
 * Bins of a numeric sample: quantile edges of the reference (linear, as numpy's default), ascending, equal ones merged.
 * Bin i is `(edges[i], edges[i + 1]]`; the first and the last are open outwards, so every value has a bin.
 * A constant sample has one edge and three bins: below it, at it, above it.
 */
export const Bins = z
  .object({
    edges: z.array(z.number()).min(1),
    /** Share of the non-missing rows in each bin; adds up to 1 (0 in each when every row is missing). */
    shares: z.array(share).min(1),
  })
  .refine((b) => b.shares.length === (b.edges.length === 1 ? 3 : b.edges.length - 1), {
    error: 'the number of shares does not fit the number of edges',
  });
export type Bins = z.infer<typeof Bins>;

/** A number or calendar feature over the training rows, in deciles. */
export const NumericReference = z.object({
  kind: z.literal('numeric'),
  /** null: missing in every row. */
  bins: Bins.nullable(),
  /** Share of all rows in which the feature is missing. */
  missingShare: share,
});

/** A category over the training rows, after its normalisation. */
export const CategoryReference = z.object({
  kind: z.literal('category'),
  /** Rows by value: the most frequent values, at most {@link CATEGORIES_KEPT}. */
  counts: z.record(z.string(), count),
  /** Rows of values beyond those kept. */
  other: count,
  missing: count,
});

/** Values of one category that a profile keeps; ties by code point. */
export const CATEGORIES_KEPT = 1_000;

/**
 * What a model version was trained on: what drift is measured against. One entry for each feature of the spec, by the
 * feature's name, and the version's own scores on those rows.
 */
export const ReferenceProfile = z.object({
  format: z.literal(1),
  rows: count,
  features: FeatureSpec,
  columns: z.record(z.string(), z.discriminatedUnion('kind', [NumericReference, CategoryReference])),
  scores: Bins,
});
export type ReferenceProfile = z.infer<typeof ReferenceProfile>;
export type NumericReference = z.infer<typeof NumericReference>;
export type CategoryReference = z.infer<typeof CategoryReference>;
