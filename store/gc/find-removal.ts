import type { Db } from '../db';

/** How an artifact went. */
export interface Removal {
  /** When its file went, or it was given up where the file is still to go. ISO 8601. */
  readonly at: string;
  /** Number of the removal, and who called for it why. */
  readonly gc: number | null;
  readonly by: string | null;
  readonly reason: string | null;
}

/** When an artifact was removed and by whom; null: it was not. */
export async function findRemoval(db: Db, digest: string): Promise<Removal | null> {
  const { rows } = await db.query<Removal>(
    `SELECT COALESCE(a.removed_at, a.doomed_at) AS at, a.doomed_by AS gc, g.by, g.reason
     FROM artifacts a LEFT JOIN artifact_gcs g ON g.id = a.doomed_by
     WHERE a.digest = $1 AND a.doomed_at IS NOT NULL`,
    [digest],
  );
  return rows[0] ?? null;
}
