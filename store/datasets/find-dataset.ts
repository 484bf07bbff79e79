import type { Db } from '../db';
import type { DatasetRow } from './dataset-row';

/** The data set version of a digest; null when none is recorded. */
export async function findDataset(db: Db, digest: string): Promise<DatasetRow | null> {
  const { rows } = await db.query<DatasetRow>(
    `SELECT digest, rows_digest AS "rowsDigest", schema, profile, rows, time_from AS "timeFrom", time_to AS "timeTo",
            run_id AS run, address, recorded_at AS "recordedAt"
     FROM dataset_versions WHERE digest = $1`,
    [digest],
  );
  return rows[0] ?? null;
}
