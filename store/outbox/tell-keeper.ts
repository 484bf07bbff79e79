import { eventId, type KeeperEvent } from '../../core/keep/event';
import type { Db } from '../db';
import { addOutboxRow } from './add-outbox-row';

/**
 * Tells a model's keeper something, in the caller's transaction: the dispatcher starts the keeper if need be and signals it.
 * The row's id is the event's identity, so telling the same event again changes nothing.
 *
 * @returns true when this event had not been told before
 */
export async function tellKeeper(db: Db, model: string, event: KeeperEvent): Promise<boolean> {
  return addOutboxRow(db, { id: eventId(model, event), kind: event.type, payload: { model, event } });
}
