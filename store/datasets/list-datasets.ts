import type { Db } from '../db';
import type { DatasetRow } from './dataset-row';

/** Which data set versions to list. `before` is the digest of the last row of the page before. */
export interface DatasetsPage {
  readonly limit?: number;
  readonly before?: string;
  /** Only those with this tag. */
  readonly tag?: string;
  /** Only those that runs of this pipeline made first. */
  readonly pipeline?: string;
  /** Only those recorded at this time or later. ISO 8601, UTC. */
  readonly since?: string;
}

/** A data set version in a list: without its profile and schema. */
export interface DatasetLine extends Omit<DatasetRow, 'profile' | 'schema'> {
  /** The pipeline of the run that made it first; null: the records do not say. */
  readonly pipeline: string | null;
  readonly pinned: boolean;
  readonly tags: readonly string[];
  /** When its file was removed, or given up; null: it is there. ISO 8601. */
  readonly removedAt: string | null;
}

/** Data set versions, the newest first; 100 without a limit, 1,000 at most. */
export async function listDatasets(db: Db, page: DatasetsPage = {}): Promise<DatasetLine[]> {
  const { rows } = await db.query<DatasetLine>(
    `SELECT d.digest, d.rows_digest AS "rowsDigest", d.rows, d.time_from AS "timeFrom", d.time_to AS "timeTo",
            d.run_id AS run, d.address, d.recorded_at AS "recordedAt", r.pipeline,
            EXISTS (SELECT FROM dataset_pins p WHERE p.digest = d.digest) AS pinned,
            ARRAY(SELECT t.tag FROM dataset_tags t WHERE t.digest = d.digest ORDER BY t.tag) AS tags,
            COALESCE(a.removed_at, a.doomed_at) AS "removedAt"
     FROM dataset_versions d LEFT JOIN runs r ON r.id = d.run_id LEFT JOIN artifacts a ON a.digest = d.digest
     WHERE ($2::text IS NULL
            OR (d.recorded_at, d.digest) < (SELECT recorded_at, digest FROM dataset_versions WHERE digest = $2))
       AND ($3::text IS NULL OR EXISTS (SELECT FROM dataset_tags t WHERE t.digest = d.digest AND t.tag = $3))
       AND ($4::text IS NULL OR r.pipeline = $4)
       AND ($5::timestamptz IS NULL OR d.recorded_at >= $5)
     ORDER BY d.recorded_at DESC, d.digest DESC LIMIT $1`,
    [
      Math.min(page.limit ?? 100, 1_000),
      page.before ?? null,
      page.tag ?? null,
      page.pipeline ?? null,
      page.since ?? null,
    ],
  );
  return rows;
}
