import type { Pool } from 'pg';
import { transaction } from '../db';
import { tellWhyNotRun } from '../nodes/tell-why-not-run';
import { tellKeeper } from '../outbox/tell-keeper';
import { writeLedger } from '../partitions/write-ledger';
import { closeRun, type RunEnd } from './close-run';

/**
 * Ends a run in its record. In the same transaction nodes that never began are told which failure that was for, the ledger takes
 * in what it has done of its partition, and the keeper that started it, if one did, is told.
 *
 * @returns true when this call ended it; false when it had ended before or is unknown
 */
export async function endRun(db: Pool, end: RunEnd): Promise<boolean> {
  return transaction(db, async (tx) => {
    const model = await closeRun(tx, end);
    if (model === undefined) return false;
    if (end.status === 'failed' && end.reason !== null) await tellWhyNotRun(tx, end.run, end.reason);
    await writeLedger(tx, end.run);
    if (model !== null) {
      await tellKeeper(tx, model, { type: 'run-ended', runId: end.run, status: end.status, reason: end.reason ?? '' });
    }
    return true;
  });
}
