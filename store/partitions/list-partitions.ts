import type { PartitionFacts } from '../../core/partitions/state';
import type { Db } from '../db';

/** What the records hold about some partitions of a pipeline, in the order of `keys`, at most 10,000. */
export async function listPartitions(db: Db, pipeline: string, keys: readonly string[]): Promise<PartitionFacts[]> {
  const { rows } = await db.query<PartitionFacts>(
    `SELECT wanted.key,
       (SELECT json_build_object('run', run_id, 'plan', plan_hash, 'build', build,
         'at', to_char(done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        FROM partition_ledger l WHERE l.pipeline = $1 AND l.partition = wanted.key AND node = '') AS done,
       (SELECT json_build_object('run', id, 'status', status, 'reason', reason)
        FROM runs r WHERE r.pipeline = $1 AND r.partition = wanted.key
        ORDER BY (status = 'running') DESC, started_at DESC, id DESC LIMIT 1) AS last,
       (SELECT count(*)::int FROM runs r WHERE r.pipeline = $1 AND r.partition = wanted.key) AS runs,
       ARRAY(SELECT node FROM partition_ledger l
             WHERE l.pipeline = $1 AND l.partition = wanted.key AND node <> '' ORDER BY node) AS nodes
     FROM unnest($2::text[]) WITH ORDINALITY AS wanted (key, place) ORDER BY place LIMIT 10000`,
    [pipeline, keys],
  );
  return rows;
}
