import type { Db } from '../db';

/** Forgets a worker that ends, and those that have not been seen for a day. */
export async function removeWorker(db: Db, id: string): Promise<void> {
  await db.query(`DELETE FROM workers WHERE id = $1 OR seen_at < now() - interval '1 day'`, [id]);
}
