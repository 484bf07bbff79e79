import { z } from 'zod';
import type { Duckdb } from './duckdb';

const Count = z.object({ rows: z.int() });

/** Rows of a Parquet file, from its footer. */
export async function countRows(duck: Duckdb, path: string): Promise<number> {
  return (await duck.row(Count, 'SELECT count(*) AS rows FROM read_parquet($path)', { path })).rows;
}
