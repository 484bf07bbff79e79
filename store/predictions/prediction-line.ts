import { z } from 'zod';

/**
 * One answered prediction: one line of a segment. `at` is recorded time, `event` the row's event time, `p` the
 * probability as it was answered, `row` the raw columns as they were read (numbers, texts, ISO instants, null).
 */
export const PredictionLine = z.object({
  id: z.string(),
  at: z.iso.datetime({ precision: 3 }),
  event: z.iso.datetime({ precision: 3 }),
  model: z.string(),
  version: z.int(),
  p: z.number(),
  row: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
});
export type PredictionLine = z.infer<typeof PredictionLine>;

/** Form of a prediction's id: `<server>-<counter>-<random>.<index>`. */
export const PREDICTION_ID = /^s[0-9a-f]{12}-\d{1,9}-[0-9a-f]{12}\.\d{1,6}$/;
