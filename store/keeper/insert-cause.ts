import type { Cause } from '../../core/keep/event';
import type { Db } from '../db';

/**
 * Writes a cause down; one with the same id is left alone.
 *
 * @returns true when it is new
 */
export async function insertCause(db: Db, model: string, cause: Cause): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO causes (id, model, kind, version, window_from, window_to, event_time, evidence)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
    [
      cause.id,
      model,
      cause.kind,
      cause.version ?? null,
      cause.window?.from ?? null,
      cause.window?.to ?? null,
      cause.eventTime,
      JSON.stringify(cause.evidence),
    ],
  );
  return rowCount === 1;
}
