import type { Paused } from '../../core/interpret/intervention';
import type { Json } from '../../core/plan/json';
import type { Db } from '../db';

/** An output that a person gave in place of an execution. */
export interface GivenOutput {
  readonly run: string;
  readonly address: string;
  /** Id in the plan. */
  readonly node: string;
  readonly step: string;
  readonly pool: string;
  readonly output: Json;
  readonly given: Paused;
}

/**
 * Records a given output. Whoever executes the node can no longer commit: the fence grows. Of what the node has committed
 * nothing is taken back.
 *
 * @returns false when the node has an output already
 */
export async function giveOutput(db: Db, by: GivenOutput): Promise<boolean> {
  const { rows } = await db.query(
    `WITH given AS (
       INSERT INTO nodes (run_id, address, node, kind, step, pool, status, fence, output, given, ended_at)
       VALUES ($1, $2, $3, 'step', $4, $5, 'completed', 1, $6, $7, now())
       ON CONFLICT (run_id, address) DO UPDATE SET
         fence = nodes.fence + 1, status = 'completed', output = EXCLUDED.output, given = EXCLUDED.given, error = NULL,
         cache = NULL, ended_at = now()
       WHERE nodes.output IS NULL OR nodes.given = EXCLUDED.given
       RETURNING address
     ), lost AS (
       UPDATE executions SET outcome = 'lost', ended_at = now()
       WHERE run_id = $1 AND address = $2 AND outcome IS NULL AND EXISTS (SELECT FROM given)
     )
     SELECT address FROM given`,
    [by.run, by.address, by.node, by.step, by.pool, JSON.stringify(by.output), JSON.stringify(by.given)],
  );
  return rows.length > 0;
}
