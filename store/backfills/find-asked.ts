import type { Db } from '../db';
import type { BackfillRow } from './backfill-row';

/** What a back-fill was asked to do. */
export type AskedBackfill = Pick<BackfillRow, 'pipeline' | 'config' | 'missing_only' | 'max_parallel'>;

/** What the back-fill of an id was asked to do, or null: quick however many partitions it has, none of which is counted. */
export async function findAskedBackfill(db: Db, id: string): Promise<AskedBackfill | null> {
  const { rows } = await db.query<AskedBackfill>(
    'SELECT pipeline, config, missing_only, max_parallel FROM backfills WHERE id = $1',
    [id],
  );
  return rows[0] ?? null;
}
