import { z } from 'zod';
import { step } from '../core';
import { Source } from './sources';
import { Dataset, Instant, Window } from './types';

export const ColumnType = z.enum(['timestamp', 'integer', 'number', 'text', 'boolean']);
export type ColumnType = z.infer<typeof ColumnType>;
/**
 * The columns that must be there, by name, with the type each is read as. Nothing is converted but integers to numbers, and
 * the texts of a text file, which must say a value of the type.
 */
export const Columns = z.record(z.string(), ColumnType);
export type Columns = z.infer<typeof Columns>;

/**
 * Reads the rows of one window from a source into a data set version. Never cached: the file behind a path may change,
 * and what is made from the same bytes is answered from the cache all the same.
 */
export const collect = step('collect', {
  input: z.object({
    source: Source,
    columns: Columns,
    /** The timestamp column that a window cuts by. */
    time: z.string(),
    window: Window,
    /** At most this many rows, chosen by a seeded hash of the row's number: the same input gives the same rows. */
    sample: z.object({ rows: z.int().positive(), seed: z.int() }).optional(),
    /** Of the window, only rows newer than the newest that an earlier run of the same pipeline collected from this source. */
    fresh: z.boolean().optional(),
  }),
  /** `from` and `to`: the oldest and the newest instant collected, both inclusive. */
  output: z.object({ dataset: Dataset, rows: z.int(), from: Instant, to: Instant }),
  pool: 'cpu',
  timeout: '10m',
  heartbeat: '30s',
  cache: false,
});
