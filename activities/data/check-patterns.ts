import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Duckdb } from './duckdb';

/**
 * Tries each pattern before it meets data, so that a wrong one is named.
 *
 * @throws PER_DATA_009
 */
export async function checkPatterns(duck: Duckdb, patterns: readonly string[]): Promise<void> {
  for (const pattern of patterns) {
    try {
      await duck.row(z.unknown(), "SELECT regexp_matches('', $pattern) AS matches", { pattern });
    } catch (error) {
      throw perennialError('PER_DATA_009', `/${pattern}/ cannot be used.`, { cause: error });
    }
  }
}
