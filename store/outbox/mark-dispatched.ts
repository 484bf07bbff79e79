import type { Db } from '../db';

/** Notes that a row has been dispatched: it is not taken again. */
export async function markDispatched(db: Db, id: string): Promise<void> {
  await db.query('UPDATE outbox SET dispatched_at = now() WHERE id = $1', [id]);
}
