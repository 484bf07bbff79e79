import { z } from 'zod';

/** How raw spellings of a category are brought together before the vocabulary is fitted. Applied in this order. */
export const Normalise = z.enum(['trim', 'nfc', 'lower', 'upper']);

/** A number, taken as float32. Null, NaN and infinities are missing. `clip` is fixed, not fitted. */
export const NumberFeature = z.object({
  kind: z.literal('number'),
  name: z.string().min(1),
  column: z.string().min(1),
  clip: z.tuple([z.number(), z.number()]).optional(),
});

/** A category by its text. Null, empty after normalising, and spellings unseen in training are one code: unknown. */
export const CategoryFeature = z.object({
  kind: z.literal('category'),
  name: z.string().min(1),
  column: z.string().min(1),
  normalise: z.array(Normalise).default(['trim', 'nfc', 'upper']),
});

/** One calendar part of an instant (int64 epoch ms UTC at the border), by integer arithmetic. Monday is 0. */
export const CalendarFeature = z.object({
  kind: z.literal('calendar'),
  name: z.string().min(1),
  column: z.string().min(1),
  part: z.enum(['minute', 'hour', 'day-of-week']),
});

export const Feature = z.discriminatedUnion('kind', [NumberFeature, CategoryFeature, CalendarFeature]);
export type Feature = z.infer<typeof Feature>;

/**
 * The row-level rules between raw columns and a model's inputs. Compiled twice: to SQL for training, and into the
 * ONNX graph for serving, from one description, so that the two cannot drift apart.
 */
export const FeatureSpec = z.object({ features: z.array(Feature).min(1) }).refine(
  (spec) => new Set(spec.features.map((f) => f.name)).size === spec.features.length,
  { error: 'two features have the same name' },
);
export type FeatureSpec = z.infer<typeof FeatureSpec>;

/** A binary target: 1 where `column >= atLeast`. */
export const Label = z.object({ column: z.string().min(1), atLeast: z.number() });
export type Label = z.infer<typeof Label>;
