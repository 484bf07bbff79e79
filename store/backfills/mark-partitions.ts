import type { Db } from '../db';
import type { BackfillPartitionRow } from './backfill-row';

/** Notes how partitions of a back-fill stand now. One that has ended for it stays as it is. */
export async function markPartitions(db: Db, backfill: string, marks: readonly BackfillPartitionRow[]): Promise<void> {
  if (marks.length === 0) return;
  await db.query(
    `UPDATE backfill_partitions p SET state = m.state, run_id = m.run_id, reason = m.reason
     FROM jsonb_to_recordset($2) AS m (partition text, state text, run_id text, reason text)
     WHERE p.backfill_id = $1 AND p.partition = m.partition AND p.state IN ('waiting', 'running')`,
    [backfill, JSON.stringify(marks)],
  );
}
