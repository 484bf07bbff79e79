import { outcomeId } from '../../core/keep/decision-id';
import type { Db } from '../db';

/** A retrain that was decided and is not closed. `recorded`: its run has begun by the records. */
export interface OpenRetrain {
  readonly model: string;
  readonly decisionId: string;
  readonly runId: string;
  readonly recorded: boolean;
}

/** Retrains that no promotion and no decline has closed: one a model at most, so a thousand are all there are. */
export async function listOpenRetrains(
  db: Db,
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<OpenRetrain[]> {
  const { rows } = await db.query<OpenRetrain>(
    `SELECT d.model, d.id AS "decisionId", d.run_id AS "runId",
            EXISTS (SELECT 1 FROM runs r WHERE r.id = d.run_id) AS recorded
     FROM decisions d
     WHERE d.action = 'retrain' AND d.run_id IS NOT NULL AND ($2::text IS NULL OR d.id > $2)
       AND NOT EXISTS (SELECT 1 FROM decisions o WHERE o.id = d.id || $1)
     ORDER BY d.id LIMIT $3`,
    [outcomeId(''), page.after ?? null, Math.min(page.limit ?? 1_000, 1_000)],
  );
  return rows;
}
