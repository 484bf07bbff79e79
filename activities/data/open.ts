import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdbLibrary } from './duckdb-library';
import { textLiteral } from './sql';

/** What a database of a step may use and reach. */
export interface DuckdbReach {
  /** The files that statements may read. Nothing else on the disk can be opened, whatever a statement says. */
  readonly reads: readonly string[];
  /** A folder, with its `/`, whose files may be listed: for a database that does nothing else. */
  readonly lists?: string;
  /** The folder that may be written to (and spilled to). Without one nothing is ever written. */
  readonly scratch?: string;
  readonly threads: number;
  /** Such as `1GB`. Resident memory was seen at up to twice this. */
  readonly memoryLimit?: string;
}

/**
 * Opens a database in memory, locks it down to what it may reach, does the work, and closes it. Extensions are neither
 * fetched nor loaded, and no statement can change a setting any more. The one way that the engine opens DuckDB.
 */
export async function withConnection<T>(
  reach: DuckdbReach,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance } = duckdbLibrary();
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(reach.threads),
    memory_limit: reach.memoryLimit ?? '1GB',
    temp_directory: reach.scratch === undefined ? '' : `${reach.scratch}/spill`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    await lockDown(connection, reach);
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function lockDown(connection: DuckDBConnection, { reads, scratch, lists }: DuckdbReach): Promise<void> {
  // SET takes no parameters; a path is text inside quotes like any other.
  const list = (paths: readonly string[]): string => `[${paths.map(textLiteral).join(', ')}]`;
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`SET allowed_paths = ${list(reads)}`);
  const folders = [...(scratch === undefined ? [] : [`${scratch}/`]), ...(lists === undefined ? [] : [lists])];
  if (folders.length > 0) await connection.run(`SET allowed_directories = ${list(folders)}`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}
