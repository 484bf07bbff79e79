import type { EndStatus } from '../../core/keep/event';
import type { Json } from '../../core/plan/json';
import type { Pool } from 'pg';
import { transaction } from '../db';
import { tellKeeper } from '../outbox/tell-keeper';
import { closeRun } from './close-run';

/**
 * Ends a run in its record and, when a keeper started it, tells that keeper in the same transaction.
 *
 * @returns true when this call ended it; false when it had ended before or is unknown
 */
export async function endRun(
  db: Pool,
  end: { readonly run: string; readonly status: EndStatus; readonly reason: string | null; readonly output?: Json },
): Promise<boolean> {
  return transaction(db, async (tx) => {
    const model = await closeRun(tx, end);
    if (model === undefined) return false;
    if (model !== null) {
      await tellKeeper(tx, model, { type: 'run-ended', runId: end.run, status: end.status, reason: end.reason ?? '' });
    }
    return true;
  });
}
