import type { Pool } from 'pg';
import { transaction } from '../db';
import type { BackfillRow } from './backfill-row';
import { findBackfill } from './list-backfills';

/**
 * Closes an open back-fill; what it has not begun is left. One that is closed stays as it is.
 *
 * @param as `ended`: by itself, as failed when a partition is not done
 * @returns its record; null: there is none
 */
export async function closeBackfill(
  db: Pool,
  id: string,
  as: 'ended' | 'cancelled' | 'terminated',
): Promise<BackfillRow | null> {
  return transaction(db, async (tx) => {
    await tx.query(
      `WITH closed AS (
         UPDATE backfills SET ended_at = now(), status = CASE
           WHEN $2 <> 'ended' THEN $2
           WHEN EXISTS (SELECT 1 FROM backfill_partitions WHERE backfill_id = $1 AND state NOT IN ('done', 'kept'))
             THEN 'failed' ELSE 'completed' END
         WHERE id = $1 AND status = 'running' RETURNING id
       )
       UPDATE backfill_partitions SET state = 'left'
       WHERE backfill_id IN (SELECT id FROM closed) AND state IN ('waiting', 'running')`,
      [id, as],
    );
    return findBackfill(tx, id);
  });
}
