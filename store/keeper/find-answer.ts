import type { Decision } from '../../core/keep/decision';
import { outcomeId } from '../../core/keep/decision-id';
import type { RecordedAnswer } from '../../core/keep/facts';
import type { Db } from '../db';

interface Row {
  id: string;
  model: string;
  action: Decision['action'];
  rule: Decision['rule'];
  reason: string;
  event_time: string;
  run_id: string | null;
  version: number | null;
  closed: boolean;
  basis: number;
}

/** What the records say about a cause: its decision, and whether the retrain that it began has been closed. null: nothing. */
export async function findAnswer(db: Db, causeId: string): Promise<RecordedAnswer | null> {
  const { rows } = await db.query<Row>(
    `SELECT d.id, d.model, d.action, d.rule, d.reason, d.event_time, d.run_id, d.version,
            EXISTS (SELECT 1 FROM decisions o WHERE o.id = d.id || $2) AS closed,
            (SELECT coalesce(max(p.seq), 0) FROM promotions p
              WHERE p.model = d.model AND p.recorded_at < d.recorded_at) AS basis
     FROM decisions d WHERE d.cause_id = $1 ORDER BY d.recorded_at LIMIT 1`,
    [causeId, outcomeId('')],
  );
  const [row] = rows;
  if (!row) return null;
  const decision: Decision = {
    id: row.id,
    model: row.model,
    causeId,
    action: row.action,
    rule: row.rule,
    reason: row.reason,
    eventTime: row.event_time,
    runId: row.run_id,
    version: row.version,
  };
  return { decision, closed: row.closed, basis: row.basis };
}
