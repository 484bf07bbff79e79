import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import Postgrator from 'postgrator';
import { perennialError } from '../core/errors';
import type { Db } from './db';

/** Key of the advisory lock that migrating processes queue behind. Any constant of our own will do. */
const LOCK = 7_235_301_944;

/**
 * Brings a database to the newest schema. Everything happens in one transaction under an advisory lock, so processes
 * may migrate at once, a kill in the middle leaves nothing behind, and a second migration finds nothing to do.
 *
 * @returns the numbers of the migrations that this call applied
 * @throws PER_RUN_018 when a migration fails or a released one was edited; connection errors as pg raises them.
 */
export async function migrate(url: string): Promise<number[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that drops between two queries says so as an event; the next query fails by itself.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const applied = await applyAll(client);
    await client.query('COMMIT');
    return applied;
  } finally {
    await client.end();
  }
}

/** The number of the newest migration that this code brings along. */
export function newestMigration(): number {
  const numbers = readdirSync(migrationsFolder()).map((name) => Number(/^(\d+)\.do\..*\.sql$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** The number of the newest migration that a database has had; null when it has had none. */
export async function appliedMigration(db: Client | Db): Promise<number | null> {
  const { rows: tables } = await db.query<{ there: boolean }>(
    "SELECT to_regclass('public.schema_version') IS NOT NULL AS there",
  );
  if (tables[0]?.there !== true) return null;
  const { rows } = await db.query<{ newest: string | null }>(
    'SELECT max(version)::text AS newest FROM public.schema_version WHERE version > 0',
  );
  return rows[0]?.newest == null ? null : Number(rows[0].newest);
}

async function applyAll(client: Client): Promise<number[]> {
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: 'public.schema_version',
    migrationPattern: join(literally(migrationsFolder()), '*.sql'),
    newline: 'LF',
    execQuery: (sql) => client.query(sql),
    execSqlScript: async (sql) => {
      await client.query(sql);
    },
  });
  try {
    return (await postgrator.migrate()).map((migration) => migration.version);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw perennialError('PER_RUN_018', `Migrating stopped: ${said}.`, { cause: error });
  }
}

/** migrations/ lies beside store/ in the sources and one level above dist/ when compiled. */
function migrationsFolder(): string {
  const places = [join(__dirname, '..', 'migrations'), join(__dirname, '..', '..', 'migrations')];
  const found = places.find((place) => existsSync(join(place, '0001.do.records.sql')));
  if (found === undefined) throw perennialError('PER_RUN_018', `No migrations were found in ${places.join(' or ')}.`);
  return found;
}

/** A folder's name inside a glob pattern: its own special characters must stand for themselves. */
function literally(path: string): string {
  return path.replace(/[?*()[\]{}]/g, '[$&]');
}
