import { type PerennialError, perennialError } from '../core/errors';
import type { Db } from './db';
import { appliedMigration, newestMigration } from './migrate';

/** What Postgres says of a table and of a column that are not there. */
const LACKING: readonly unknown[] = ['42P01', '42703'];

/**
 * What an error of a query means when its database has not had all migrations: PER_STACK_100, which names the database. Any
 * other error, and any of a database that is up to date, stays what it is.
 *
 * @param url of the database; its password is not repeated
 * @returns what is to be thrown
 * @example
 * await work(db).catch(async (error: unknown) => {
 *   throw await unmigrated(db, url, error);
 * });
 */
export async function unmigrated(db: Db, url: string, error: unknown): Promise<unknown> {
  if (!lacksSomething(error)) return error;
  const applied = await appliedMigration(db).catch(() => undefined);
  if (applied === undefined) return error;
  const newest = newestMigration();
  return applied !== null && applied >= newest ? error : notMigrated(url, applied, newest, error);
}

function notMigrated(url: string, applied: number | null, newest: number, cause: unknown): PerennialError {
  const has = applied === null ? 'has had no migration' : `has had ${applied} of ${newest} migrations`;
  return perennialError('PER_STACK_100', `The database ${databaseOf(url)} ${has}.`, { cause });
}

/** `records at 127.0.0.1:5432`: without user and password. */
function databaseOf(url: string): string {
  const { pathname, host, searchParams } = new URL(url);
  return `${decodeURIComponent(pathname.slice(1)) || 'without a name'} at ${host || (searchParams.get('host') ?? 'this host')}`;
}

/** Whether an error, or what it came from, is of a table or column that is not there. */
function lacksSomething(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; typeof at === 'object' && at !== null && depth < 8; depth += 1) {
    if ('code' in at && LACKING.includes(at.code)) return true;
    at = 'cause' in at ? at.cause : null;
  }
  return false;
}
