import { z } from 'zod';
import { step } from '../core';
import { Dataset } from './types';

const rowRule = z.object({ reason: z.string().regex(/^[a-z][a-z0-9_]*$/), column: z.string() });

/** A reason to put a row into quarantine. Rules are tried in order; the first that fires is the row's reason. */
export const QuarantineRule = z.discriminatedUnion('kind', [
  rowRule.extend({ kind: z.literal('missing') }),
  rowRule.extend({ kind: z.literal('outside'), min: z.number().optional(), max: z.number().optional() }),
  rowRule.extend({ kind: z.literal('not-matching'), pattern: z.string() }),
  rowRule.extend({ kind: z.literal('same-as'), other: z.string() }),
]);
export type QuarantineRule = z.infer<typeof QuarantineRule>;

/** Splits rows into clean, quarantined (each with its reason) and duplicates; the three add up to the rows in. */
export const clean = step('clean', {
  input: z.object({
    dataset: Dataset,
    quarantine: z.array(QuarantineRule),
    /** Columns that make two rows the same; the one with the smaller file row number stays. null: keep duplicates. */
    uniqueBy: z.array(z.string()).min(1).nullable(),
  }),
  output: z.object({
    dataset: Dataset,
    quarantine: Dataset,
    rowsIn: z.int(),
    rows: z.int(),
    quarantined: z.int(),
    duplicates: z.int(),
    reasons: z.record(z.string(), z.int()),
  }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
});
