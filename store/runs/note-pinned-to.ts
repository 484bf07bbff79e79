import type { Db } from '../db';

/**
 * Records that an open run was moved to another build. Of a workflow that is no run there is no record, and nothing happens.
 *
 * @param from only where its record names this one
 */
export async function notePinnedTo(db: Db, run: string, build: string, from?: string): Promise<void> {
  await db.query(
    `UPDATE runs SET pinned_to = $2, waits_for = NULL
     WHERE id = $1 AND status = 'running' AND ($3::text IS NULL OR pinned_to = $3)`,
    [run, build, from ?? null],
  );
}
