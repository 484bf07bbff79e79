import type { DuckdbOptions } from './duckdb';

/** Where and how data work is done: a scratch folder, the signal that ends it, and how many threads it may take. */
export type Work = Pick<DuckdbOptions, 'scratch' | 'signal' | 'threads' | 'memoryLimit'>;

/** A Parquet file that was written, and how many rows it has. */
export interface Written {
  readonly path: string;
  readonly rows: number;
}
