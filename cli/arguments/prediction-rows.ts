import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { jsonOrFile } from './json-or-file';

const Rows = z.array(z.record(z.string(), z.json())).min(1);

/** One row of a prediction request: raw features by name. */
export type PredictionRow = z.infer<typeof Rows>[number];

/**
 * The rows to predict, from `--rows`: a JSON list of objects, one object, or `@file` with either.
 *
 * @throws PER_STACK_011 when it is anything else
 */
export function predictionRows(given: string): PredictionRow[] {
  const value = jsonOrFile('--rows', given);
  const parsed = Rows.safeParse(Array.isArray(value) ? value : [value]);
  if (parsed.success) return parsed.data;
  throw perennialError(
    'PER_STACK_011',
    `--rows: give a list of objects, features by name. ${z.prettifyError(parsed.error)}.`,
  );
}
