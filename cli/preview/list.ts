import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { withDb } from '../../store/db';
import { inPreview, listPreviewDatabases } from '../../store/previews/databases';
import { PreviewName, previewDatabase, withDatabase } from '../../store/previews/names';
import { findPreview, type PreviewRow } from '../../store/previews/preview-row';
import { listPools } from '../../store/workers/list-pools';
import type { Reachable } from '../settings';
import { type Marker, previewFolder, readMarker } from './marker';

/** A preview as it is listed. */
export interface ListedPreview {
  readonly name: string;
  /** `elsewhere`: it has records, and its folder is none of this machine's. */
  readonly state: Marker['state'] | 'elsewhere';
  /** Null: it has no records, or none yet. */
  readonly base: string | null;
  readonly baseAt: string | null;
  readonly withSchedules: boolean | null;
  /** Workers that are there now. */
  readonly workers: number;
  readonly folder: string | null;
}

/** The previews that there are beside these records, and those whose making or dropping was cut short, by name. */
export async function listPreviews(settings: Reachable): Promise<ListedPreview[]> {
  const databases = await withDb(settings.databaseUrl, (db) => listPreviewDatabases(db, settings.databaseUrl));
  const names = new Set([...databases, ...folders(settings.previews)]);
  return Promise.all([...names].sort().map((name) => look(settings, name)));
}

async function look(settings: Reachable, name: string): Promise<ListedPreview> {
  const folder = previewFolder(settings.previews, name);
  const marker = readMarker(folder);
  const database = marker?.database ?? previewDatabase(settings.databaseUrl, name);
  const found = await inPreview(withDatabase(settings.databaseUrl, database), async (db) => {
    const row = await findPreview(db);
    return row === null ? null : { row, pools: await listPools(db) };
  });
  const row: PreviewRow | null = found?.row ?? null;
  return {
    name,
    state: marker?.state ?? (row === null ? 'making' : 'elsewhere'),
    base: row?.base ?? null,
    baseAt: row?.base_at ?? null,
    withSchedules: row?.with_schedules ?? null,
    workers: (found?.pools ?? []).reduce((sum, { workers }) => sum + workers, 0),
    folder: marker === null ? null : folder,
  };
}

/** One that is marked, or whose making was cut before anything lay in it. What else lies there is somebody else's. */
function isPreview(folder: string): boolean {
  return readMarker(folder) !== null || readdirSync(folder).length === 0;
}

function folders(previews: string): string[] {
  try {
    return readdirSync(previews).filter(
      (name) => PreviewName.safeParse(name).success && isPreview(join(previews, name)),
    );
  } catch {
    // None was ever made here.
    return [];
  }
}
