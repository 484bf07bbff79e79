import type { Db } from '../db';

/** What people have said of a data set version. */
export interface Marks {
  /** Null: it is not pinned. */
  readonly pin: { readonly reason: string | null; readonly by: string; readonly at: string } | null;
  readonly tags: readonly { readonly tag: string; readonly by: string; readonly at: string }[];
}

/** The pin and the tags of a data set version, with who set them when. */
export async function findMarks(db: Db, digest: string): Promise<Marks> {
  const pins = await db.query<{ reason: string | null; by: string; at: string }>(
    'SELECT reason, by, recorded_at AS at FROM dataset_pins WHERE digest = $1',
    [digest],
  );
  const tags = await db.query<{ tag: string; by: string; at: string }>(
    'SELECT tag, by, recorded_at AS at FROM dataset_tags WHERE digest = $1 ORDER BY tag LIMIT 1000',
    [digest],
  );
  return { pin: pins.rows[0] ?? null, tags: tags.rows };
}
