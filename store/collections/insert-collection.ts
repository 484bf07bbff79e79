import type { Db } from '../db';
import type { CollectionRow } from './collection-row';

/** Records what a node collected. The same node telling it again changes nothing. */
export async function insertCollection(db: Db, row: CollectionRow): Promise<void> {
  await db.query(
    `INSERT INTO collections (run_id, address, source, source_key, time_column, dataset, window_from, window_to, oldest,
                              newest, rows, files)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
    [
      row.run,
      row.address,
      row.source,
      row.sourceKey,
      row.time,
      row.dataset,
      row.window.from,
      row.window.to,
      row.oldest,
      row.newest,
      row.rows,
      JSON.stringify(row.files),
    ],
  );
}
