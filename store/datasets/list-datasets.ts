import type { Db } from '../db';
import type { DatasetRow } from './dataset-row';

/** Data set versions without their profiles, the newest first; `before` is the digest of the last row of the page before. */
export async function listDatasets(
  db: Db,
  page: { readonly limit?: number; readonly before?: string } = {},
): Promise<Omit<DatasetRow, 'profile' | 'schema'>[]> {
  const { rows } = await db.query<Omit<DatasetRow, 'profile' | 'schema'>>(
    `SELECT digest, rows_digest AS "rowsDigest", rows, time_from AS "timeFrom", time_to AS "timeTo",
            run_id AS run, address, recorded_at AS "recordedAt"
     FROM dataset_versions
     WHERE $2::text IS NULL
        OR (recorded_at, digest) < (SELECT recorded_at, digest FROM dataset_versions WHERE digest = $2)
     ORDER BY recorded_at DESC, digest DESC LIMIT $1`,
    [Math.min(page.limit ?? 100, 1_000), page.before ?? null],
  );
  return rows;
}
