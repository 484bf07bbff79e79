import { z } from 'zod';
import { step } from '../core';
import { Dataset, Instant, Report } from './types';

const base = z.object({ severity: z.enum(['warn', 'fail']).default('fail') });
const onColumn = base.extend({ column: z.string() });

/**
 * What must hold of a data set. All are judged in one statement over one scan; every figure is exact. Bounds are
 * inclusive, time ranges half-open. A null breaks `not-null` only (where NaN counts as null) and NaN every range.
 */
export const Expectation = z.discriminatedUnion('kind', [
  base.extend({ kind: z.literal('row-count'), min: z.int().optional(), max: z.int().optional() }),
  onColumn.extend({ kind: z.literal('type'), is: z.enum(['timestamp', 'integer', 'number', 'text', 'boolean']) }),
  onColumn.extend({ kind: z.literal('not-null'), maxShare: z.number().min(0).max(1).default(0) }),
  base.extend({ kind: z.literal('unique'), columns: z.array(z.string()).min(1) }),
  onColumn.extend({ kind: z.literal('range'), min: z.number().optional(), max: z.number().optional() }),
  onColumn.extend({ kind: z.literal('time-range'), from: Instant, to: Instant }),
  onColumn.extend({ kind: z.literal('in-set'), values: z.array(z.string()).min(1) }),
  /** Found anywhere in the text, in the syntax of RE2: anchor it with ^ and $. */
  onColumn.extend({ kind: z.literal('regex'), pattern: z.string() }),
  onColumn.extend({ kind: z.literal('length'), min: z.int().optional(), max: z.int().optional() }),
  onColumn.extend({ kind: z.literal('mean'), min: z.number().optional(), max: z.number().optional() }),
  onColumn.extend({ kind: z.literal('distinct-count'), min: z.int().optional(), max: z.int().optional() }),
  /** Share of rows with `column >= atLeast` among those that have a value. */
  onColumn.extend({
    kind: z.literal('class-balance'),
    atLeast: z.number(),
    minShare: z.number(),
    maxShare: z.number(),
  }),
  base.extend({ kind: z.literal('columns-differ'), left: z.string(), right: z.string() }),
]);
export type Expectation = z.infer<typeof Expectation>;

export const ExpectationResult = z.object({
  expectation: z.string(),
  severity: z.enum(['warn', 'fail']),
  passed: z.boolean(),
  observed: z.union([z.number(), z.string(), z.null()]),
  /** Rows that break it; null where it is not about rows. */
  violations: z.int().nullable(),
});
export type ExpectationResult = z.infer<typeof ExpectationResult>;

/** Judges every expectation. Fails the node (never retried) when one of severity `fail` does not hold. */
export const validate = step('validate', {
  input: z.object({ dataset: Dataset, expectations: z.array(Expectation).min(1) }),
  output: z.object({ dataset: Dataset, results: z.array(ExpectationResult), warnings: z.int(), report: Report }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
});
