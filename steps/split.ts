import { z } from 'zod';
import { step } from '../core';
import { Dataset, Instant } from './types';

/** How rows are parted: by a seeded hash of the row's number, or at an instant (rows before it train). */
export const SplitBy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('random'), testShare: z.number().gt(0).lt(1), seed: z.int() }),
  z.object({ kind: z.literal('time'), column: z.string(), at: Instant }),
]);
export type SplitBy = z.infer<typeof SplitBy>;

/** Parts a data set into training rows and test rows. An empty part is refused. */
export const split = step('split', {
  input: z.object({ dataset: Dataset, by: SplitBy }),
  output: z.object({ train: Dataset, test: Dataset, trainRows: z.int(), testRows: z.int() }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
});
