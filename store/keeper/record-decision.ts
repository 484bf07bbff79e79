import type { Decision } from '../../core/keep/decision';
import type { Db } from '../db';

/**
 * Records a decision. One with the same id is there already when a keeper repeats itself after a crash: the first stays.
 *
 * @returns true when the row is new
 */
export async function recordDecision(db: Db, decision: Decision): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO decisions (id, model, cause_id, action, rule, reason, event_time, run_id, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
    [
      decision.id,
      decision.model,
      decision.causeId,
      decision.action,
      decision.rule,
      decision.reason,
      decision.eventTime,
      decision.runId,
      decision.version,
    ],
  );
  return rowCount === 1;
}
