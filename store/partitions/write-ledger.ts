import type { Db } from '../db';

/**
 * Writes into the ledger what a run of a partition that has just ended has done: its nodes, also when the run failed, and
 * the whole partition when it completed. In the transaction that ends the run. A run of no partition writes nothing.
 */
export async function writeLedger(db: Db, run: string): Promise<void> {
  await db.query(
    `INSERT INTO partition_ledger (pipeline, partition, node, run_id, plan_hash, build, done_at)
     SELECT ended.pipeline, ended.partition, n.node, source.id, source.plan_hash, source.build, n.ended_at
     FROM runs ended
       JOIN nodes n ON n.run_id = ended.id
       JOIN runs source ON source.id = COALESCE(n.reused_from, n.run_id)
     -- Inside a map an address is more than the node's id: what is in there is done when the map is.
     WHERE ended.id = $1 AND ended.partition IS NOT NULL AND n.status = 'completed' AND n.address = n.node
     UNION ALL
     SELECT pipeline, partition, '', id, plan_hash, build, ended_at
     FROM runs WHERE id = $1 AND partition IS NOT NULL AND status = 'completed'
     ON CONFLICT (pipeline, partition, node) DO UPDATE SET
       run_id = EXCLUDED.run_id, plan_hash = EXCLUDED.plan_hash, build = EXCLUDED.build, done_at = EXCLUDED.done_at`,
    [run],
  );
  // It had completed once, was reset by an operator, and has ended otherwise: the partition is not done any more.
  await db.query(
    `DELETE FROM partition_ledger l USING runs r
     WHERE r.id = $1 AND r.status <> 'completed' AND l.run_id = r.id AND l.node = ''`,
    [run],
  );
}
