import { createRequire } from 'node:module';
import type * as library from '@duckdb/node-api';

/**
 * The library of DuckDB, loaded with its first use: most workers start without it, each a tenth sooner. By `require`, for
 * an `import()` parses all its files once more to find the names that they export: 0.3 CPU seconds in each process.
 */
export function duckdbLibrary(): typeof library {
  return createRequire(__filename)('@duckdb/node-api') as typeof library;
}
