import { z } from 'zod';
import { step } from '../core';
import { Dataset } from './types';

const rowRule = z.object({ reason: z.string().regex(/^[a-z][a-z0-9_]*$/), column: z.string() });

/**
 * A reason to put a row into quarantine. Rules are tried in order; the first that fires is the row's reason.
 * Only `missing` fires on a null.
 */
export const QuarantineRule = z.discriminatedUnion('kind', [
  /** Null, NaN, or a text with nothing but spaces in it. */
  rowRule.extend({ kind: z.literal('missing') }),
  /** Below `min`, above `max`, or NaN. */
  rowRule.extend({ kind: z.literal('outside'), min: z.number().optional(), max: z.number().optional() }),
  /** The pattern (RE2) is found nowhere in the text: anchor it with ^ and $. */
  rowRule.extend({ kind: z.literal('not-matching'), pattern: z.string() }),
  rowRule.extend({ kind: z.literal('same-as'), other: z.string() }),
]);
export type QuarantineRule = z.infer<typeof QuarantineRule>;

/** Splits rows into clean, quarantined (each with its reason) and duplicates; the three add up to the rows in. */
export const clean = step('clean', {
  input: z.object({
    dataset: Dataset,
    quarantine: z.array(QuarantineRule),
    /**
     * Columns that make two rows the same, nulls counting as equal; of the rows not quarantined, the one with the
     * smallest file row number stays. null: keep duplicates.
     */
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
