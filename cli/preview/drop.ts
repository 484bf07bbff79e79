import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import { connectTemporal } from '../../client/connection';
import { dropPreviewNamespace, type NamespaceEnd } from '../../client/preview/namespace';
import { perennialError } from '../../core/errors';
import { withDb } from '../../store/db';
import { dropPreviewDatabase, inPreview } from '../../store/previews/databases';
import { checkPreviewName, previewDatabase, previewNamespace, withDatabase } from '../../store/previews/names';
import { findPreview } from '../../store/previews/preview-row';
import { listPools } from '../../store/workers/list-pools';
import type { Reachable } from '../settings';
import { type Marker, previewFolder, readMarker, writeMarker } from './marker';

/** What went with a preview. */
export interface Dropped {
  readonly name: string;
  /** Workflows that were open. */
  readonly terminated: number;
  readonly namespace: NamespaceEnd;
  /** Its name; null: there was none (any more). */
  readonly database: string | null;
  readonly folder: string | null;
}

/**
 * Drops a preview: what is open in it is terminated, then its namespace, its database and its folder go. One whose making or
 * dropping was cut short goes too. Nothing of what it lies beside is touched.
 *
 * @param force also under workers that are still there
 * @throws PER_STACK_085 when there is nothing of that name, PER_STACK_088 when it has workers, PER_STACK_089 when it was made
 * beside other records or in another namespace than the settings name, PER_STACK_090 when its database was not made for it
 */
export async function dropPreview(settings: Reachable, asked: string, force: boolean): Promise<Dropped> {
  const name = checkPreviewName(asked);
  const folder = previewFolder(settings.previews, name);
  const marker = markerOf(settings, folder, name);
  if (!force) await refuseAtWork(settings, marker);
  if (existsSync(folder)) writeMarker(folder, { ...marker, state: 'dropping' });
  const temporal = await connectTemporal({ address: settings.temporalAddress, namespace: marker.namespace });
  try {
    const dropped = await dropParts(settings, { marker, folder, temporal });
    if (dropped.folder === null && dropped.database === null && dropped.namespace !== 'deleted') {
      throw perennialError('PER_STACK_085', `There is no preview '${name}'.`);
    }
    return dropped;
  } finally {
    await temporal.connection.close();
  }
}

/** Where the folder went first, or is on another host, its parts still have the names that they were given. */
function markerOf(settings: Reachable, folder: string, name: string): Marker {
  const database = previewDatabase(settings.databaseUrl, name);
  const namespace = previewNamespace(settings.temporalNamespace, name);
  const marker = readMarker(folder);
  if (marker === null) {
    refuseForeign(folder, name);
    return { format: 1, name, state: 'dropping', database, namespace, artifactsBase: settings.artifacts };
  }
  if (marker.database === database && marker.namespace === namespace) return marker;
  // With its folder gone nobody would find the rest.
  throw perennialError(
    'PER_STACK_089',
    `The preview '${name}' is ${marker.database} and ${marker.namespace}; beside these settings it would be ${database} and ${namespace}.`,
  );
}

/** A folder without a mark is a preview's whose making was cut before anything lay in it, or it is somebody else's. */
function refuseForeign(folder: string, name: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  throw perennialError('PER_STACK_089', `${folder} is no preview '${name}': it holds files, and no preview.json.`);
}

async function refuseAtWork(settings: Reachable, { name, database }: Marker): Promise<void> {
  const pools = await inPreview(withDatabase(settings.databaseUrl, database), async (db) =>
    (await findPreview(db)) === null ? [] : listPools(db),
  );
  const there = (pools ?? []).map(({ pool, workers }) => `${workers} of ${pool}`);
  if (there.length === 0) return;
  throw perennialError('PER_STACK_088', `The preview '${name}' has workers: ${there.join(', ')}.`);
}

/**
 * Removes what there is of a preview; its folder, which holds its name, last.
 *
 * @param parts.only which of the others are to go; absent: both
 */
export async function dropParts(
  settings: Reachable,
  parts: {
    readonly marker: Marker;
    readonly folder: string;
    readonly temporal: Client;
    readonly only?: { readonly database: boolean; readonly namespace: boolean };
  },
): Promise<Dropped> {
  const { folder, temporal, only = { database: true, namespace: true } } = parts;
  const { name, namespace } = parts.marker;
  const nothing = { terminated: 0, namespace: 'none' } as const;
  const ended = only.namespace ? await dropPreviewNamespace(temporal, namespace, name) : nothing;
  const database = only.database
    ? await withDb(settings.databaseUrl, (db) => dropPreviewDatabase(db, settings.databaseUrl, name))
    : null;
  const isThere = existsSync(folder);
  await rm(folder, { recursive: true, force: true });
  return { name, ...ended, database, folder: isThere ? folder : null };
}
