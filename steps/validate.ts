import { z } from 'zod';
import { step } from '../core';
import { Expectation } from './expectations';
import { Suite, Used } from './suites';
import { Dataset, Report } from './types';

export const ExpectationResult = z.object({
  expectation: z.string(),
  /** The suite that it came in; absent: it stood by itself. */
  suite: z.string().optional(),
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
    /** Expectations, and suites of them that several pipelines share. */
    expectations: z.array(z.discriminatedUnion('kind', [Expectation, Suite])).min(1),
    /** Data sets that expectations compare with, by the name that they have there: the last version, the training part. */
    against: z.record(z.string(), Dataset).optional(),
  }),
  output: z.object({
    dataset: Dataset,
    results: z.array(ExpectationResult),
    warnings: z.int(),
    /** The suites that judged, each in its version. */
    suites: z.array(Used).default([]),
    report: Report,
  }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
});
