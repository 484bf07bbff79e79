import type { Cause } from '../../core/keep/event';
import { tellKeeper } from '../outbox/tell-keeper';
import type { Db } from '../db';
import { insertCause } from './insert-cause';

/**
 * Reports a cause: its row and the outbox row that brings it to the keeper. Call it inside a transaction
 * (or twice: both rows are keyed by the cause's id, so repeating it is safe and completes what was cut short).
 *
 * @returns true when this cause had not been reported before
 */
export async function addCause(db: Db, model: string, cause: Cause): Promise<boolean> {
  const added = await insertCause(db, model, cause);
  await tellKeeper(db, model, { type: 'cause', cause });
  return added;
}
