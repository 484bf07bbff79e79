import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import Postgrator from 'postgrator';
import { isPerennialError, perennialError } from '../core/errors';
import type { Db } from './db';
import { applyOutside, inTransaction } from './schema/apply';
import { lockMigrations } from './schema/locks';
import { isOutsideTransaction } from './schema/statements';

/** What may be told of a migration; tests do. */
export interface MigrateOptions {
  /** Where the migrations lie. Default: those that this code brings along. */
  readonly folder?: string;
  /** The number of the last one to apply. Default: the newest. */
  readonly upTo?: number;
  /** Waits between tries for a lock, ms. */
  readonly waits?: readonly number[];
}

/**
 * Brings a database to the newest schema, while others read and write it. Each migration is a transaction (of an empty
 * database those at its beginning are one), or says in its first line that its statements are done one by one. A statement
 * that would hold up others waits a second at most for its lock, and is tried again later. Processes may migrate at once;
 * after a kill in the middle the next one goes on, and a second migration finds nothing to do.
 *
 * @returns the numbers of the migrations that this call applied
 * @throws PER_RUN_018 when a migration fails or a released one was edited; PER_RUN_160 when one does not get its lock;
 * connection errors as pg raises them.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<number[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that drops between two queries says so as an event; the next query fails by itself.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // An index of a large table takes as long as it takes.
    await client.query('SET statement_timeout = 0');
    await lockMigrations(client);
    return await applyAll(client, options);
  } finally {
    await client.end();
  }
}

/** The number of the newest migration that this code brings along. */
export function newestMigration(folder = migrationsFolder()): number {
  const numbers = readdirSync(folder).map((name) => Number(/^(\d+)\.do\..*\.sql$/.exec(name)?.[1] ?? 0));
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

async function applyAll(client: Client, options: MigrateOptions): Promise<number[]> {
  const { folder = migrationsFolder(), upTo = newestMigration(folder), waits } = options;
  let what = 'the migrations';
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: 'public.schema_version',
    migrationPattern: join(literally(folder), '*.sql'),
    newline: 'LF',
    execQuery: (sql) => client.query(sql),
    execSqlScript: async (sql) => {
      if (isOutsideTransaction(sql)) await applyOutside(client, sql, what, waits);
      else await client.query(sql);
    },
  });
  const applied: number[] = [];
  try {
    const before = (await appliedMigration(client)) ?? 0;
    for (const part of await partsOf(postgrator, before, upTo)) {
      what = `the migration ${part.to}`;
      const work = (): Promise<Postgrator.Migration[]> => postgrator.migrate(String(part.to));
      const done = await (part.outside ? work() : inTransaction(client, what, work, waits));
      applied.push(...done.map(({ version }) => version));
    }
    return applied;
  } catch (error) {
    if (isPerennialError(error)) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw perennialError('PER_RUN_018', `Migrating stopped at ${what}: ${said}.`, { cause: error });
  }
}

/** What is done in one go: up to which migration, and whether without a transaction around it. */
interface Part {
  readonly to: number;
  readonly outside: boolean;
}

async function partsOf(postgrator: Postgrator, before: number, upTo: number): Promise<Part[]> {
  const all = await postgrator.getMigrations();
  const open = all.filter(({ action, version }) => action === 'do' && version > before && version <= upTo);
  // With nothing to apply what was applied is still compared with what this code brings along.
  if (open.length === 0) return before === 0 ? [] : [{ to: Math.min(before, newestOf(all)), outside: false }];
  const parts = open
    .sort((a, b) => a.version - b.version)
    .map(({ version, getSql }): Part => ({ to: version, outside: isOutsideTransaction(getSql()) }));
  if (before > 0) return parts;
  // Nobody uses an empty database: there its tables come to be together, or not at all.
  return parts.filter(({ outside }, i) => outside || parts[i + 1]?.outside !== false);
}

function newestOf(all: readonly { readonly version: number }[]): number {
  return Math.max(0, ...all.map(({ version }) => version));
}

/** migrations/ lies beside store/ in the sources and one level above dist/ when compiled. */
export function migrationsFolder(): string {
  const places = [join(__dirname, '..', 'migrations'), join(__dirname, '..', '..', 'migrations')];
  const found = places.find((place) => existsSync(join(place, '0001.do.records.sql')));
  if (found === undefined) throw perennialError('PER_RUN_018', `No migrations were found in ${places.join(' or ')}.`);
  return found;
}

/** A folder's name inside a glob pattern: its own special characters must stand for themselves. */
function literally(path: string): string {
  return path.replace(/[?*()[\]{}]/g, '[$&]');
}
