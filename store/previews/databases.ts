import type { Pool } from 'pg';
import { escapeIdentifier } from 'pg';
import { perennialError } from '../../core/errors';
import { previewDatabase, previewOfDatabase, withDatabase } from './names';
import { withDb } from '../db';
import { findPreview } from './preview-row';

/** Postgres' code of a database that is there already. */
const DUPLICATE = '42P04';
/** Of one that is not there. */
const UNKNOWN = '3D000';

/**
 * Makes the empty database of a preview.
 *
 * @param home any database of the server
 * @returns its URL
 * @throws PER_STACK_086 when it is there already
 */
export async function createPreviewDatabase(home: Pool, url: string, name: string): Promise<string> {
  const database = previewDatabase(url, name);
  try {
    // Unlike template1 it is never in use.
    await home.query(`CREATE DATABASE ${escapeIdentifier(database)} TEMPLATE template0`);
  } catch (cause) {
    if (codeOf(cause) !== DUPLICATE) throw cause;
    throw perennialError('PER_STACK_086', `There is a preview '${name}' already: the database ${database}.`, { cause });
  }
  return withDatabase(url, database);
}

/**
 * Drops the database of a preview, and ends whatever is connected with it.
 *
 * @returns its name; null: there was none
 * @throws PER_STACK_089 when a database of that name is in use, but as something else
 */
export async function dropPreviewDatabase(home: Pool, url: string, name: string): Promise<string | null> {
  const database = previewDatabase(url, name);
  const isOurs = await isPreview(withDatabase(url, database), name);
  if (isOurs === null) return null;
  if (!isOurs) throw perennialError('PER_STACK_089', `The database ${database} holds the records of no preview.`);
  await home.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(database)} WITH (FORCE)`);
  return database;
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

/** Whether a database is this preview's, or that of one whose creation was cut before a row was in it. null: it is not there. */
function isPreview(url: string, name: string): Promise<boolean | null> {
  return inPreview(url, async (db) => {
    const row = await findPreview(db);
    if (row !== null) return row.name === name;
    const { rows } = await db.query<{ tables: boolean }>("SELECT to_regclass('public.runs') IS NOT NULL AS tables");
    if (rows[0]?.tables !== true) return true;
    const runs = await db.query('SELECT 1 FROM public.runs LIMIT 1');
    return runs.rows.length === 0;
  });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
