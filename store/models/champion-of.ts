import type { Db } from '../db';
import type { Champion } from './model-row';

/**
 * The champion of a model: now, or as it was at a recorded time. null when nothing was promoted by then.
 *
 * @param at ISO 8601, UTC; recorded time, not event time. Records hold microseconds and show milliseconds: what became
 * champion in a shown millisecond was champion at it
 */
export async function championOf(db: Db, model: string, at?: string): Promise<Champion | null> {
  const { rows } = await db.query<Champion>(
    `SELECT p.model, p.seq, p.version, p.previous, p.decision_id, p.reason, p.by, p.event_time, p.recorded_at,
            v.artifact, v.signature
     FROM promotions p JOIN model_versions v USING (model, version)
     WHERE p.model = $1 AND ($2::timestamptz IS NULL OR date_trunc('milliseconds', p.recorded_at) <= $2)
     ORDER BY p.seq DESC LIMIT 1`,
    [model, at ?? null],
  );
  return rows[0] ?? null;
}
