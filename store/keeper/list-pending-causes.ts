import type { Cause, CauseKind } from '../../core/keep/event';
import type { Db } from '../db';

interface Row {
  id: string;
  kind: CauseKind;
  version: number | null;
  window_from: string | null;
  window_to: string | null;
  event_time: string;
}

/**
 * Causes of a model that no decision answers yet, in the order reported: what a keeper that was terminated had been told
 * and did not get to. Without their evidence, which the records hold already and no rule reads.
 */
export async function listPendingCauses(db: Db, model: string, limit: number): Promise<Cause[]> {
  const { rows } = await db.query<Row>(
    `SELECT c.id, c.kind, c.version, c.window_from, c.window_to, c.event_time FROM causes c
     WHERE c.model = $1 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.cause_id = c.id)
     ORDER BY c.recorded_at, c.id LIMIT $2`,
    [model, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    eventTime: row.event_time,
    evidence: null,
    ...(row.version === null ? {} : { version: row.version }),
    ...(row.window_from === null || row.window_to === null
      ? {}
      : { window: { from: row.window_from, to: row.window_to } }),
  }));
}
