import type { Db } from '../db';

/** A file that is to be removed. */
export interface ArtifactRemoval {
  readonly digest: string;
  readonly bytes: number;
  /** The same bytes have been recorded again since: the file stays. */
  readonly wanted: boolean;
}

/** Files that are to be removed, by digest; `after` is the last one of the page before. */
export async function listRemovals(
  db: Db,
  page: { readonly limit: number; readonly after?: string },
): Promise<ArtifactRemoval[]> {
  const { rows } = await db.query<ArtifactRemoval>(
    `SELECT digest, bytes, EXISTS (SELECT FROM artifacts a WHERE a.digest = r.digest) AS wanted
     FROM artifact_removals r WHERE $2::text IS NULL OR digest > $2 ORDER BY digest LIMIT $1`,
    [page.limit, page.after ?? null],
  );
  return rows;
}

/** Takes a file off the list: it is gone, or stays. */
export async function closeRemoval(db: Db, digest: string): Promise<void> {
  await db.query('DELETE FROM artifact_removals WHERE digest = $1', [digest]);
}
