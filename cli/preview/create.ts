import { chmodSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Pool } from 'pg';
import { connectTemporal } from '../../client/connection';
import { registerPreviewNamespace } from '../../client/preview/namespace';
import { perennialError } from '../../core/errors';
import { withDb } from '../../store/db';
import { migrate } from '../../store/migrate';
import { checkBase, copyBase, type NewPreview } from '../../store/previews/copy-base';
import { createPreviewDatabase, inPreview } from '../../store/previews/databases';
import { checkPreviewName, previewDatabase, previewNamespace, shownDatabase } from '../../store/previews/names';
import type { PreviewRow } from '../../store/previews/preview-row';
import { ensureSearchAttributes } from '../../workers/search-attributes';
import type { Reachable } from '../settings';
import { dropParts } from './drop';
import { type Marker, previewFolder, writeMarker } from './marker';

/** What a preview is made of. */
export interface CreatePreview {
  readonly name: string;
  /** URL of the records that are copied; null: those that the settings name. */
  readonly base: string | null;
  /** Root of the artifact store to read from; null: that of the settings. */
  readonly artifacts: string | null;
  readonly withSchedules: boolean;
}

/** A preview that was made. */
export interface Created extends PreviewRow {
  readonly folder: string;
  readonly database: string;
  readonly artifactsBase: string;
}

/**
 * Makes a preview: a folder, a database with a copy of what is read, a namespace. What it lies beside is only read. When
 * something fails on the way, what was made so far is removed again.
 *
 * @throws PER_STACK_086 about the name, PER_STACK_087 about the base, PER_STACK_009 PER_STACK_010 when a server is away,
 * PER_STACK_091 when the user may create no database
 */
export async function createPreview(settings: Reachable, asked: CreatePreview): Promise<Created> {
  const name = checkPreviewName(asked.name);
  const base = asked.base ?? settings.databaseUrl;
  const marker: Marker = {
    format: 1,
    name,
    state: 'making',
    database: previewDatabase(settings.databaseUrl, name),
    namespace: previewNamespace(settings.temporalNamespace, name),
    artifactsBase: asked.artifacts === null ? whereItIs(settings.artifacts) : namedStore(asked.artifacts),
  };
  const temporal = await connectTemporal({ address: settings.temporalAddress, namespace: marker.namespace });
  try {
    await answering(base, (db) => checkBase(db, base));
    const folder = claimFolder(settings.previews, name);
    // What is there already under that name is another's, and not ours to remove when something fails.
    const made = { database: false, namespace: false };
    try {
      writeMarker(folder, marker);
      const url = await answering(settings.databaseUrl, (db) => createPreviewDatabase(db, settings.databaseUrl, name));
      made.database = true;
      const row = await fill(url, base, { name, namespace: marker.namespace, with_schedules: asked.withSchedules });
      made.namespace = await registerPreviewNamespace(temporal, name);
      await ensureSearchAttributes(settings.temporalAddress, marker.namespace);
      writeMarker(folder, { ...marker, state: 'whole' });
      return { ...row, folder, database: marker.database, artifactsBase: marker.artifactsBase };
    } catch (error) {
      await dropParts(settings, { marker, folder, temporal, only: made }).catch(() => undefined);
      throw error;
    }
  } finally {
    await temporal.connection.close();
  }
}

async function fill(url: string, base: string, preview: NewPreview): Promise<PreviewRow> {
  await migrate(url);
  const row = await inPreview(url, (db) => copyBase(base, db, preview));
  if (row === null) throw perennialError('PER_STACK_085', `The database of '${preview.name}' went while it was made.`);
  return row;
}

/** Runs `work` on a database that may not be reachable. */
async function answering<T>(url: string, work: (db: Pool) => Promise<T>): Promise<T> {
  return withDb(url, async (db) => {
    await db.query('SELECT 1').catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw perennialError('PER_STACK_010', `Postgres at ${shownDatabase(url)} does not answer (${why}).`, { cause });
    });
    return work(db);
  });
}

/** The folder's making is what decides who has the name. */
function claimFolder(previews: string, name: string): string {
  mkdirSync(previews, { recursive: true });
  const folder = previewFolder(previews, name);
  try {
    mkdirSync(folder);
  } catch (cause) {
    throw perennialError('PER_STACK_086', `There is a preview '${name}' already: ${folder}.`, { cause });
  }
  chmodSync(folder, 0o700);
  return folder;
}

/** One that somebody has named has to be there: with a wrong one nothing that was copied could be read. */
function namedStore(folder: string): string {
  const full = resolve(folder);
  if (existsSync(full)) return realpathSync(full);
  throw perennialError('PER_STACK_087', `There is no artifact store ${full}.`);
}

/** A store by the folder that it really is. One that nothing was ever written to is not there yet. */
function whereItIs(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : folder;
}
