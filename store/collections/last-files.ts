import type { Db } from '../db';
import { CollectedFiles } from './collected-files';
import type { CollectedFile } from './collection-row';

/** The files that were last collected from a source, by whatever pipeline; empty: there were none. */
export async function lastFiles(db: Db, sourceKey: string): Promise<readonly CollectedFile[]> {
  const { rows } = await db.query<{ files: unknown }>(
    'SELECT files FROM collections WHERE source_key = $1 ORDER BY recorded_at DESC LIMIT 1',
    [sourceKey],
  );
  return CollectedFiles.parse(rows[0]?.files ?? []);
}
