import type { DuckDBConnection, DuckDBValue, DuckDBVector } from '@duckdb/node-api';
import { perennialError } from '../../../core/errors';
import { withConnection } from '../../data/open';

/** A Parquet file opened by DuckDB, with the type of each column as DuckDB names it. */
export interface ParquetFile {
  readonly path: string;
  readonly types: ReadonlyMap<string, string>;
  readonly connection: DuckDBConnection;
}

/**
 * Opens a Parquet file in an in-memory DuckDB of its own for the time of `work`. Row order is the file's.
 *
 * @throws PER_MODEL_008 when the file is no readable Parquet.
 */
export async function withParquet<T>(
  path: string,
  threads: number,
  work: (file: ParquetFile) => Promise<T>,
): Promise<T> {
  return withConnection({ reads: [path], threads }, async (connection) =>
    work({ path, connection, types: await describe(connection, path) }),
  );
}

async function describe(connection: DuckDBConnection, path: string): Promise<Map<string, string>> {
  try {
    const reader = await connection.runAndReadAll(
      'SELECT name, type FROM (DESCRIBE SELECT * FROM read_parquet($path)) AS d(name, type, n, k, f, e)',
      { path },
    );
    return new Map(reader.getRows().map(([name, type]) => [String(name), String(type)]));
  } catch (cause) {
    throw perennialError('PER_MODEL_008', `'${path}' cannot be read.`, { cause });
  }
}

/**
 * Runs a query and hands over its columns chunk by chunk (2,048 rows), never as row objects.
 *
 * @param sink is given one chunk's vectors, the number of its first row, and its row count.
 * @returns how many rows came.
 * @throws PER_MODEL_008 when the file turns out to be damaged.
 */
export async function readChunks(
  connection: DuckDBConnection,
  sql: string,
  values: Record<string, DuckDBValue>,
  sink: (vectors: DuckDBVector[], first: number, rows: number) => void | Promise<void>,
): Promise<number> {
  const next = await openStream(connection, sql, values);
  let first = 0;
  for (let chunk = await next(); chunk !== null && chunk.rowCount > 0; chunk = await next()) {
    const vectors: DuckDBVector[] = [];
    for (let i = 0; i < chunk.columnCount; i++) vectors.push(chunk.getColumnVector(i));
    await sink(vectors, first, chunk.rowCount);
    first += chunk.rowCount;
  }
  return first;
}

/** Streams a query. Every expression in it casts with TRY_CAST, so what fails is the reading of the file. */
async function openStream(connection: DuckDBConnection, sql: string, values: Record<string, DuckDBValue>) {
  try {
    const result = await connection.stream(sql, values);
    return () => result.fetchChunk().catch(refuse);
  } catch (cause) {
    return refuse(cause);
  }
}

function refuse(cause: unknown): never {
  throw perennialError('PER_MODEL_008', 'Reading the data set failed.', { cause });
}
