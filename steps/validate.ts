import { z } from 'zod';
import { step } from '../core';
import { Expectation } from './expectations';
import { Dataset, Report } from './types';

export const ExpectationResult = z.object({
  expectation: z.string(),
  severity: z.enum(['warn', 'fail']),
  passed: z.boolean(),
  observed: z.union([z.number(), z.string(), z.null()]),
  /** Rows that break it; null where it is not about rows. */
  violations: z.int().nullable(),
  /** The first few of them by their number in the file, from 0; the report shows what stands in them. */
  rows: z.array(z.int()),
});
export type ExpectationResult = z.infer<typeof ExpectationResult>;

/** Judges every expectation. Fails the node (never retried) when one of severity `fail` does not hold. */
export const validate = step('validate', {
  input: z.object({
    dataset: Dataset,
    expectations: z.array(Expectation).min(1),
    /** Data sets that expectations compare with, by the name that they have there: the last version, the training part. */
    against: z.record(z.string(), Dataset).optional(),
  }),
  output: z.object({ dataset: Dataset, results: z.array(ExpectationResult), warnings: z.int(), report: Report }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
});
