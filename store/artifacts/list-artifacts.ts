import type { Db } from '../db';
import type { ArtifactRow } from './find-artifacts';

/** Artifacts newest first; `before` is the digest of the last row of the page before. */
export async function listArtifacts(
  db: Db,
  page: { readonly limit: number; readonly before?: string },
): Promise<ArtifactRow[]> {
  const { rows } = await db.query<ArtifactRow>(
    `SELECT digest, kind, bytes, recorded_at FROM artifacts
     WHERE $2::text IS NULL
        OR (recorded_at, digest) < (SELECT recorded_at, digest FROM artifacts WHERE digest = $2)
     ORDER BY recorded_at DESC, digest DESC LIMIT $1`,
    [page.limit, page.before ?? null],
  );
  return rows;
}
