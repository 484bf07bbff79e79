import type { Decision } from '../../core/keep/decision';
import type { CauseKind } from '../../core/keep/event';
import type { Remembered } from '../../core/keep/state';
import type { Db } from '../db';

interface Row {
  id: string;
  model: string;
  cause_id: string | null;
  action: Decision['action'];
  rule: Decision['rule'];
  reason: string;
  event_time: string;
  run_id: string | null;
  version: number | null;
  basis: number;
  kind: CauseKind | null;
  cause_version: number | null;
  window_from: string | null;
  window_to: string | null;
  cause_time: string | null;
}

/**
 * What a keeper's memory is rebuilt from: the model's newest decisions that are no refusals, oldest first, each with its
 * cause and the promotion log's last number at that time.
 */
export async function listRemembered(db: Db, model: string, limit: number): Promise<Remembered[]> {
  const { rows } = await db.query<Row>(
    `SELECT d.id, d.model, d.cause_id, d.action, d.rule, d.reason, d.event_time, d.run_id, d.version,
            (SELECT coalesce(max(p.seq), 0) FROM promotions p
              WHERE p.model = d.model AND p.recorded_at < d.recorded_at) AS basis,
            c.kind, c.version AS cause_version, c.window_from, c.window_to, c.event_time AS cause_time
     FROM decisions d LEFT JOIN causes c ON c.id = d.cause_id
     WHERE d.model = $1 AND d.action <> 'refuse'
     ORDER BY d.recorded_at DESC, d.id DESC LIMIT $2`,
    [model, limit],
  );
  return rows.reverse().map(fromRow);
}

function fromRow(row: Row): Remembered {
  const decision: Decision = {
    id: row.id,
    model: row.model,
    causeId: row.cause_id,
    action: row.action,
    rule: row.rule,
    reason: row.reason,
    eventTime: row.event_time,
    runId: row.run_id,
    version: row.version,
  };
  if (row.cause_id === null || row.kind === null || row.cause_time === null) {
    return { decision, cause: null, basis: row.basis };
  }
  const cause = {
    id: row.cause_id,
    kind: row.kind,
    eventTime: row.cause_time,
    ...(row.cause_version === null ? {} : { version: row.cause_version }),
    ...(row.window_from === null || row.window_to === null
      ? {}
      : { window: { from: row.window_from, to: row.window_to } }),
  };
  return { decision, cause, basis: row.basis };
}
