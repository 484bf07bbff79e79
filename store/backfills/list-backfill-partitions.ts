import type { Db } from '../db';
import type { BackfillPartitionRow, BackfillPartitionState } from './backfill-row';

/** Partitions of a back-fill in some states, in their order. */
export async function listBackfillPartitions(
  db: Db,
  backfill: string,
  page: { readonly limit: number; readonly states: readonly BackfillPartitionState[] },
): Promise<BackfillPartitionRow[]> {
  const { rows } = await db.query<BackfillPartitionRow>(
    `SELECT partition, state, run_id, reason FROM backfill_partitions
     WHERE backfill_id = $1 AND state = ANY ($3) ORDER BY seq LIMIT $2`,
    [backfill, page.limit, page.states],
  );
  return rows;
}
