import { z } from 'zod';
import { perennialError } from '../../core/errors';

/** How long an identifier of Postgres may be, bytes. */
const LONGEST_DATABASE = 63;

/** What previews may be called: it goes into the names of a database, a namespace and a folder. */
export const PreviewName = z.string().regex(/^(?!-)[a-z0-9-]{1,30}(?<!-)$/);

/**
 * Refuses a name that no preview can have.
 *
 * @throws PER_STACK_086
 */
export function checkPreviewName(name: string): string {
  if (PreviewName.safeParse(name).success) return name;
  throw perennialError('PER_STACK_086', `'${name}' is no name for a preview.`);
}

/**
 * The name of a preview's database, which lies on the server of production's own, or on that of whoever tries it.
 *
 * @param url of the database beside which it lies
 * @throws PER_STACK_086 when Postgres could not tell it from another one, so long is the name
 * @example
 * previewDatabase('postgres://db/perennial', 'fix-age') // 'perennial_preview_fix-age'
 */
export function previewDatabase(url: string, name: string): string {
  const database = `${databaseOf(url)}${INFIX}${name}`;
  if (Buffer.byteLength(database) <= LONGEST_DATABASE) return database;
  throw perennialError('PER_STACK_086', `The database '${database}' would have more than ${LONGEST_DATABASE} bytes.`);
}

/** The name of the preview that a database beside another one is of; null: it is no preview's. */
export function previewOfDatabase(url: string, database: string): string | null {
  const prefix = `${databaseOf(url)}${INFIX}`;
  if (!database.startsWith(prefix)) return null;
  return PreviewName.safeParse(database.slice(prefix.length)).data ?? null;
}

/** The Temporal namespace of a preview: `default-preview-fix-age`. */
export function previewNamespace(namespace: string, name: string): string {
  return `${namespace}-preview-${name}`;
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}

/** A database as it may be shown: `db.example:5432/perennial`. */
export function shownDatabase(url: string): string {
  return `${new URL(url).host}/${databaseOf(url)}`;
}

const INFIX = '_preview_';

/** As libpq has it, one without a name is that of the user. */
function databaseOf(url: string): string {
  const { pathname, username } = new URL(url);
  return decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username);
}
