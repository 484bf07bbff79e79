import type { Db } from '../db';

/**
 * Says at the end of a run that failed why nodes never began whose own workflow did not know it: another shard of a map is
 * cancelled, and hears no reason. The failure is the one that the run's reason ends with. What stood inside a node or item that
 * a person cancelled (PER_FLOW_017) was given up for that, before, and says nothing.
 */
export async function tellWhyNotRun(db: Db, run: string, reason: string): Promise<void> {
  await db.query(
    `WITH cause AS (
       SELECT address, error FROM nodes
       WHERE run_id = $1 AND status = 'failed' AND error->>'of' IS NULL
         AND right($2, length(address || ': ' || (error->>'message'))) = address || ': ' || (error->>'message')
       ORDER BY ended_at, address LIMIT 1
     ), given_up AS (
       SELECT regexp_replace(address, '[^/]*$', '') AS within FROM nodes
       WHERE run_id = $1 AND error->>'type' = 'PER_FLOW_017' AND error->>'of' IS NULL
         AND address <> (SELECT address FROM cause)
     )
     UPDATE nodes SET error = (cause.error - 'at' - 'nextDelay') || jsonb_build_object(
       'message', 'not run, since ' || cause.address || ' failed', 'retryable', false, 'of', cause.address)
     FROM cause
     WHERE run_id = $1 AND status = 'cancelled' AND nodes.error IS NULL
       AND input IS NULL AND first_claimed = ended_at
       AND NOT EXISTS (SELECT FROM given_up WHERE starts_with(nodes.address, within))`,
    [run, reason],
  );
}
