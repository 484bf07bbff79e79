import type { Db } from '../db';

/** Records that an open run was moved to another build. Of a workflow that is no run there is no record, and nothing happens. */
export async function notePinnedTo(db: Db, run: string, build: string): Promise<void> {
  await db.query(`UPDATE runs SET pinned_to = $2, waits_for = NULL WHERE id = $1 AND status = 'running'`, [run, build]);
}
