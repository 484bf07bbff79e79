import { z } from 'zod';

const instant = z.iso.datetime({ precision: 3 });

/**
 * Why a retrain runs, handed by the keeper to a retrain pipeline whose config has the key `occasion`.
 * `at` is event time: a replay of the past carries the past's instants.
 */
export const Occasion = z.object({
  decisionId: z.string(),
  cause: z.string(),
  at: instant,
  /** The newest window whose labels have arrived; null before the first one is judged. */
  window: z.object({ from: instant, to: instant }).nullable(),
});
export type Occasion = z.infer<typeof Occasion>;
