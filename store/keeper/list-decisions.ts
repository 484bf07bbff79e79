import type { Decision } from '../../core/keep/decision';
import type { CauseKind, TimeWindow } from '../../core/keep/event';
import type { Db } from '../db';

/** A decision with what it answered, as lists show it. */
export interface RecordedDecision extends Decision {
  readonly recordedAt: string;
  readonly cause: {
    readonly kind: CauseKind;
    readonly version: number | null;
    readonly window: TimeWindow | null;
  } | null;
}

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
  recorded_at: string;
  kind: CauseKind | null;
  cause_version: number | null;
  window_from: string | null;
  window_to: string | null;
}

/**
 * A model's decisions, the newest first.
 *
 * @param page `before`: the id of the last item of the page before; `limit` at most 1,000
 */
export async function listDecisions(
  db: Db,
  model: string,
  page: { readonly limit?: number; readonly before?: string } = {},
): Promise<RecordedDecision[]> {
  const { rows } = await db.query<Row>(
    `SELECT d.id, d.model, d.cause_id, d.action, d.rule, d.reason, d.event_time, d.run_id, d.version, d.recorded_at,
            c.kind, c.version AS cause_version, c.window_from, c.window_to
     FROM decisions d LEFT JOIN causes c ON c.id = d.cause_id
     WHERE d.model = $1
       AND ($2::text IS NULL OR (d.recorded_at, d.id) < (SELECT l.recorded_at, l.id FROM decisions l WHERE l.id = $2))
     ORDER BY d.recorded_at DESC, d.id DESC
     LIMIT $3`,
    [model, page.before ?? null, Math.min(page.limit ?? 100, 1_000)],
  );
  return rows.map(fromRow);
}

function fromRow(row: Row): RecordedDecision {
  const window =
    row.window_from !== null && row.window_to !== null ? { from: row.window_from, to: row.window_to } : null;
  return {
    id: row.id,
    model: row.model,
    causeId: row.cause_id,
    action: row.action,
    rule: row.rule,
    reason: row.reason,
    eventTime: row.event_time,
    runId: row.run_id,
    version: row.version,
    recordedAt: row.recorded_at,
    cause: row.kind === null ? null : { kind: row.kind, version: row.cause_version, window },
  };
}
