import { z } from 'zod';
import { step } from '../core';
import { CleaningRule } from './cleaning-rules';
import { RuleSet, Used } from './suites';
import { Dataset, Report } from './types';

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

/** What one rule did. */
export const RuleResult = z.object({
  name: z.string(),
  /** Rows that it changed or put into quarantine; of `parse` and `look-up`, those that could not be read or had no match. */
  touched: z.int(),
});
export type RuleResult = z.infer<typeof RuleResult>;

/**
 * Repairs rows by `rules`, then splits them into clean, quarantined (each as it came in, with its reason) and duplicates; the
 * three add up to the rows in.
 */
export const clean = step('clean', {
  input: z.object({
    dataset: Dataset,
    /** Repairs, in order, before anything is judged; among them sets of rules that several pipelines share. */
    rules: z.array(z.discriminatedUnion('kind', [CleaningRule, RuleSet])).optional(),
    /** Data sets that rules look things up in, by the name that they have there. */
    against: z.record(z.string(), Dataset).optional(),
    quarantine: z.array(QuarantineRule),
    /** Columns that make two rows the same, nulls counting as equal, among the rows not quarantined. null: keep duplicates. */
    uniqueBy: z.array(z.string()).min(1).nullable(),
    /** Which of the same rows stays, by default the first: of the file, or in time where `by` says so. */
    keep: z.enum(['first', 'last']).optional(),
    /** A column to order the same rows by; ties by the row's number in the file. A row that has none gives way to one that has. */
    by: z.string().optional(),
  }),
  output: z.object({
    dataset: Dataset,
    quarantine: Dataset,
    rowsIn: z.int(),
    rows: z.int(),
    quarantined: z.int(),
    duplicates: z.int(),
    reasons: z.record(z.string(), z.int()),
    rules: z.array(RuleResult),
    /** The rule sets that were used, each in its version. */
    ruleSets: z.array(Used).default([]),
    /** What each rule did, with a few rows before and after. */
    report: Report,
  }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
});
