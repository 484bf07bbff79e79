import type { Pool } from 'pg';
import { type Db, transaction } from '../db';

/** Predictions that may go. */
export interface OldPredictions {
  /** ISO 8601: they were recorded before. */
  readonly before: string;
  /** Artifacts that stay. */
  readonly except: readonly string[];
}

/** A closed segment, as far as it matters here. */
export interface OldSegment {
  readonly id: string;
  readonly artifact: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Segments that may go, by id; `after` is the id of the last one of the page before. */
export async function listOldSegments(
  db: Db,
  { before, except }: OldPredictions,
  page: { readonly limit: number; readonly after?: string },
): Promise<OldSegment[]> {
  const { rows } = await db.query<OldSegment>(
    `SELECT s.id, s.artifact, s.rows, a.bytes FROM prediction_segments s JOIN artifacts a ON a.digest = s.artifact
     WHERE s.recorded_at < $1 AND s.artifact <> ALL($2::text[]) AND ($4::text IS NULL OR s.id > $4)
     ORDER BY s.id LIMIT $3`,
    [before, except, page.limit, page.after ?? null],
  );
  return rows;
}

/**
 * Removes the records of segments, and of their blobs where nothing else is made of the same bytes. The files are put down
 * to be removed in the same transaction: first no record names them, then they go.
 */
export async function removeSegments(db: Pool, segments: readonly OldSegment[]): Promise<void> {
  const digests = [...new Set(segments.map(({ artifact }) => artifact))];
  await transaction(db, async (tx) => {
    await tx.query('DELETE FROM prediction_segments WHERE id = ANY($1::text[])', [segments.map(({ id }) => id)]);
    await tx.query(
      `WITH gone AS (
         DELETE FROM artifacts a WHERE digest = ANY($1::text[]) AND kind = 'predictions'
           AND NOT EXISTS (SELECT FROM prediction_segments s WHERE s.artifact = a.digest)
           AND NOT EXISTS (SELECT FROM lineage e WHERE e.child = a.digest)
           AND NOT EXISTS (SELECT FROM dataset_versions d WHERE d.digest = a.digest)
           AND NOT EXISTS (SELECT FROM model_versions m WHERE a.digest IN (m.artifact, m.reference))
         RETURNING digest, bytes
       )
       INSERT INTO artifact_removals (digest, bytes) SELECT digest, bytes FROM gone ON CONFLICT (digest) DO NOTHING`,
      [digests],
    );
  });
}
