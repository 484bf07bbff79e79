import type { Db } from '../db';
import type { DatasetRow } from './dataset-row';

/** Records a data set version. The same bytes made again keep their first row. */
export async function insertDataset(db: Db, dataset: Omit<DatasetRow, 'recordedAt'>): Promise<void> {
  await db.query(
    `INSERT INTO dataset_versions (digest, rows_digest, schema, profile, rows, time_from, time_to, run_id, address)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (digest) DO NOTHING`,
    [
      dataset.digest,
      dataset.rowsDigest,
      JSON.stringify(dataset.schema),
      JSON.stringify(dataset.profile),
      dataset.rows,
      dataset.timeFrom,
      dataset.timeTo,
      dataset.run,
      dataset.address,
    ],
  );
}
