import { z } from 'zod';
import type { Db } from '../db';
import type { CollectedFile } from './collection-row';

const Files = z.array(
  z.object({ name: z.string(), bytes: z.int(), sha256: z.string().nullable(), etag: z.string().nullable() }),
);

/** The files that were last collected from a source, by whatever pipeline; empty: there were none. */
export async function lastFiles(db: Db, sourceKey: string): Promise<readonly CollectedFile[]> {
  const { rows } = await db.query<{ files: unknown }>(
    'SELECT files FROM collections WHERE source_key = $1 ORDER BY recorded_at DESC LIMIT 1',
    [sourceKey],
  );
  return Files.parse(rows[0]?.files ?? []);
}
