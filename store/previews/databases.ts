import type { Pool } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { perennialError } from '../../core/errors';
import { previewDatabase, previewOfDatabase, withDatabase } from './names';
import { withDb } from '../db';
import { findPreview } from './preview-row';

/** Postgres' code of a database that is there already. */
const DUPLICATE = '42P04';
/** Of one that is not there. */
const UNKNOWN = '3D000';
/** Of something that a role may not do. */
const FORBIDDEN = '42501';

/**
 * Makes the empty database of a preview, with a comment that says whose it is: by that, or by its own records, it is known when
 * it is dropped.
 *
 * @param home any database of the server
 * @returns its URL
 * @throws PER_STACK_086 when it is there already, PER_STACK_091 when the role may create none
 */
export async function createPreviewDatabase(home: Pool, url: string, name: string): Promise<string> {
  const database = previewDatabase(url, name);
  await create(home, database, name);
  try {
    await home.query(`COMMENT ON DATABASE ${escapeIdentifier(database)} IS ${escapeLiteral(markOf(name))}`);
  } catch (error) {
    // Without its mark it would be nobody's.
    await home.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(database)}`).catch(() => undefined);
    throw error;
  }
  return withDatabase(url, database);
}

async function create(home: Pool, database: string, name: string): Promise<void> {
  try {
    // Unlike template1 it is never in use.
    await home.query(`CREATE DATABASE ${escapeIdentifier(database)} TEMPLATE template0`);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === DUPLICATE) {
      throw perennialError('PER_STACK_086', `There is a preview '${name}' already: the database ${database}.`, {
        cause,
      });
    }
    if (code !== FORBIDDEN) throw cause;
    const { rows } = await home.query<{ role: string }>('SELECT current_user AS role');
    throw perennialError(
      'PER_STACK_091',
      `The role '${rows[0]?.role ?? '?'}' lacks CREATEDB, and the preview '${name}' needs the database ${database}.`,
      { cause },
    );
  }
}

/** What the comment of a preview's database is. */
function markOf(name: string): string {
  return `perennial preview ${name}`;
}

/**
 * Drops the database of a preview, and ends whatever is connected with it.
 *
 * @returns its name; null: there was none
 * @throws PER_STACK_090 when a database has that name and was not made for this preview
 */
export async function dropPreviewDatabase(home: Pool, url: string, name: string): Promise<string | null> {
  const database = previewDatabase(url, name);
  const isMarked = await isMarkedAs(home, database, name);
  if (isMarked === null) return null;
  const isOurs = await isPreview(withDatabase(url, database), name, isMarked);
  if (isOurs === null) return null;
  if (!isOurs) {
    throw perennialError('PER_STACK_090', `The database ${database} has the name of the preview '${name}'.`);
  }
  await home.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(database)} WITH (FORCE)`);
  return database;
}

/** Whether a database says of itself that it was made for this preview; null: it is not there. */
async function isMarkedAs(home: Pool, database: string, name: string): Promise<boolean | null> {
  const { rows } = await home.query<{ mark: string | null }>(
    `SELECT shobj_description(oid, 'pg_database') AS mark FROM pg_database WHERE datname = $1`,
    [database],
  );
  return rows[0] === undefined ? null : rows[0].mark === markOf(name);
}

/** The names of the previews that have a database beside this one, in order. */
export async function listPreviewDatabases(home: Pool, url: string): Promise<string[]> {
  const { rows } = await home.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname LIMIT 10000',
  );
  return rows.flatMap(({ datname }) => previewOfDatabase(url, datname) ?? []);
}

/** Runs `work` on the records of a preview. null: they are not there. */
export async function inPreview<T>(url: string, work: (db: Pool) => Promise<T>): Promise<T | null> {
  try {
    return await withDb(url, work);
  } catch (error) {
    if (codeOf(error) === UNKNOWN) return null;
    throw error;
  }
}

/**
 * Whether a database is this preview's by its records, or was made for it and has none of anybody else: its creation was cut before
 * a row was in it. null: it is not there.
 */
function isPreview(url: string, name: string, isMarked: boolean): Promise<boolean | null> {
  return inPreview(url, async (db) => {
    const row = await findPreview(db);
    if (row !== null) return row.name === name;
    if (!isMarked) return false;
    const { rows } = await db.query<{ tables: boolean }>("SELECT to_regclass('public.runs') IS NOT NULL AS tables");
    if (rows[0]?.tables !== true) return true;
    const runs = await db.query('SELECT 1 FROM public.runs LIMIT 1');
    return runs.rows.length === 0;
  });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
