import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Connection } from '../client/connection';
import { perennialError } from '../core/errors';
import { openDb, readOnlyUrl } from '../store/db';
import { unmigrated } from '../store/unmigrated';
import { nothingRuns, reachableSettings, resolveSettings, type Reachable } from './settings';
import type { CommonOptions } from './frame';

type Flags = Pick<CommonOptions, 'state' | 'project' | 'preview'>;

/**
 * Runs `work` with an open line to Temporal and Postgres, and closes it afterwards.
 *
 * @throws PER_STACK_008, PER_STACK_009 or PER_STACK_010 (exit code 3) when one of them is unknown or silent, PER_STACK_100 when the
 * database lacks migrations
 */
export async function withConnection<T>(
  flags: Flags,
  work: (connection: Connection, settings: Reachable) => Promise<T>,
): Promise<T> {
  const settings = reachableSettings(flags);
  const { connect } = await import('../client/connection.js');
  const connection = await connect({
    address: settings.temporalAddress,
    namespace: settings.temporalNamespace,
    databaseUrl: settings.databaseUrl,
  });
  try {
    return await work(connection, settings);
  } catch (error) {
    throw await unmigrated(connection.db, settings.databaseUrl, error);
  } finally {
    await connection.close();
  }
}

/**
 * Runs `work` with an open line to Temporal alone.
 *
 * @throws PER_STACK_008 or PER_STACK_009 (exit code 3) when it is unknown or silent
 */
export async function withTemporal<T>(flags: Flags, work: (temporal: Client) => Promise<T>): Promise<T> {
  const resolved = resolveSettings(flags);
  const { temporalAddress: address, temporalNamespace: namespace } = resolved.settings;
  if (address === null)
    throw perennialError('PER_STACK_008', `${nothingRuns(resolved)} and TEMPORAL_ADDRESS is not set.`);
  const { connectTemporal } = await import('../client/connection.js');
  const temporal = await connectTemporal({ address, namespace });
  try {
    return await work(temporal);
  } finally {
    await temporal.connection.close();
  }
}

/**
 * Runs `work` with the records alone: what only reads them works while Temporal is down.
 *
 * @param options.readOnly the database refuses every write
 * @throws PER_STACK_008 when no database is known, PER_STACK_010 when it does not answer, PER_STACK_100 when it lacks migrations
 * (exit code 3)
 */
export async function withRecords<T>(
  flags: Flags,
  work: (db: Pool, databaseUrl: string) => Promise<T>,
  options: { readonly readOnly?: boolean } = {},
): Promise<T> {
  const resolved = resolveSettings(flags);
  const { databaseUrl } = resolved.settings;
  if (databaseUrl === null) {
    throw perennialError('PER_STACK_008', `${nothingRuns(resolved)} and DATABASE_URL is not set.`);
  }
  // What reads only is a step's code too, which may use as many at once as in a worker.
  const db =
    options.readOnly === true ? openDb(readOnlyUrl(databaseUrl), { max: 20 }) : openDb(databaseUrl, { max: 2 });
  try {
    await db.query('SELECT 1').catch((cause: unknown) => {
      throw unreachable(databaseUrl, cause);
    });
    return await work(db, databaseUrl);
  } catch (error) {
    throw await unmigrated(db, databaseUrl, error);
  } finally {
    await db.end();
  }
}

function unreachable(url: string, cause: unknown): Error {
  const { host } = new URL(url);
  const why = cause instanceof Error ? cause.message : String(cause);
  return perennialError('PER_STACK_010', `Postgres at ${host} does not answer (${why}).`, { cause });
}
