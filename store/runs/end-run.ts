import type { Pool } from 'pg';
import { transaction } from '../db';
import { tellKeeper } from '../outbox/tell-keeper';
import { closeRun, type RunEnd } from './close-run';

/**
 * Ends a run in its record and, when a keeper started it, tells that keeper in the same transaction.
 *
 * @returns true when this call ended it; false when it had ended before or is unknown
 */
export async function endRun(db: Pool, end: RunEnd): Promise<boolean> {
  return transaction(db, async (tx) => {
    const model = await closeRun(tx, end);
    if (model === undefined) return false;
    if (model !== null) {
      await tellKeeper(tx, model, { type: 'run-ended', runId: end.run, status: end.status, reason: end.reason ?? '' });
    }
    return true;
  });
}
