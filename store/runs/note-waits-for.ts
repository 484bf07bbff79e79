import type { Db } from '../db';

/** Records which pools without a worker an open run waits for; null: none. */
export async function noteWaitsFor(db: Db, run: string, pools: readonly string[] | null): Promise<void> {
  await db.query(`UPDATE runs SET waits_for = $2 WHERE id = $1 AND status = 'running'`, [
    run,
    pools === null ? null : JSON.stringify(pools),
  ]);
}
