import type { Cause } from '../../core/keep/event';
import { tellKeeper } from '../outbox/tell-keeper';
import type { Db } from '../db';

/**
 * Reports a cause: its row and the outbox row that brings it to the keeper. Call it inside a transaction
 * (or twice: both rows are keyed by the cause's id, so repeating it is safe and completes what was cut short).
 *
 * @returns true when this cause had not been reported before
 */
export async function addCause(db: Db, model: string, cause: Cause): Promise<boolean> {
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
  await tellKeeper(db, model, { type: 'cause', cause });
  return rowCount === 1;
}
