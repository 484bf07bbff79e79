import { z } from 'zod';
import { step } from '../core';
import { Dataset } from './types';

const column = z.string().min(1);
const length = z.string().regex(/^\d+(ms|s|m|h|d)$/, "a length of time, such as '36h'");
const some = <T extends z.ZodType>(value: T) =>
  z.record(column, value).refine((named) => Object.keys(named).length > 0, { error: 'name at least one column' });

/**
 * A data set whose values are joined to rows: one record for each key and event, or several where it was corrected.
 *
 * @example
 * const balances: z.input<typeof FeatureTable> = {
 *   dataset,
 *   on: { customer: 'customer_id' },
 *   time: 'booked_at',
 *   known: 'loaded_at',
 *   take: { balance: 'balance' },
 *   maxAge: '30d',
 * };
 */
export const FeatureTable = z.strictObject({
  dataset: Dataset,
  /** The key: columns of the rows, each with its column in this data set. A null agrees with nothing. */
  on: some(column),
  /** The instant of the event that a record tells of. */
  time: column,
  /**
   * When a record was known: the column of the instant at which it arrived (the same as `time` where it is known at once), or
   * a length of time after its event. There is no default, for a wrong one is a leak that nobody sees.
   */
  known: z.union([column, z.strictObject({ after: length })]),
  /** The columns to add, by the names that they get, each with its column in this data set. */
  take: some(column),
  /** A value whose event is further back than this is none. Without it no value is too old. */
  maxAge: length.optional(),
});
export type FeatureTable = z.infer<typeof FeatureTable>;

/** What became of the rows at one data set of features. All but `withheld` add up to the rows. */
export const JoinedRows = z.object({
  /** Rows that have got values. */
  matched: z.int(),
  /** What was known by then is older than `maxAge`. */
  tooOld: z.int(),
  /** There had been events, and nothing of them was known by then. */
  notYetKnown: z.int(),
  /** No event up to then. */
  absent: z.int(),
  /** Rows without an instant, or without the whole key. */
  unasked: z.int(),
  /** Rows of all these that a join by event time alone would have given values not known by then. */
  withheld: z.int(),
});
export type JoinedRows = z.infer<typeof JoinedRows>;

/**
 * Adds to each row what other data sets told at its instant: of the records with its key whose event is not later and that
 * were known by then the one of the latest event; of several of one event the one known last, then the last in the file.
 * Without one: null. The rows stay as they are, in their order.
 */
export const joinAsOf = step('join-as-of', {
  input: z.object({
    dataset: Dataset,
    /** The instant of each row: what it is asked for, and by when a value has to be known. */
    time: column,
    /** The data sets to take columns from, by name. */
    features: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), FeatureTable),
  }),
  output: z.object({ dataset: Dataset, rows: z.int(), features: z.record(z.string(), JoinedRows) }),
  pool: 'cpu',
  timeout: '30m',
  heartbeat: '30s',
});
