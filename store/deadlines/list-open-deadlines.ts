import type { Db } from '../db';
import { DEADLINE_COLUMNS, type DeadlineRow } from './deadline-row';
import { STANDS } from './note-gone';

/**
 * Deadlines of a pipeline that are due and not judged, or were missed and are not done yet; oldest first. Of either kind at most
 * `limit`; of those that the code had no longer when they were due none, and the newest of those missed, which may never be done, so that they hold up none that waits to be judged.
 */
export async function listOpenDeadlines(
  db: Db,
  { pipeline, now, limit }: { readonly pipeline: string; readonly now: string; readonly limit: number },
): Promise<DeadlineRow[]> {
  const { rows } = await db.query<DeadlineRow>(
    `(SELECT ${DEADLINE_COLUMNS} FROM deadlines
      WHERE pipeline = $1 AND due_at <= $2 AND state = 'waiting' AND ${STANDS} ORDER BY due_at LIMIT $3)
     UNION ALL
     (SELECT ${DEADLINE_COLUMNS} FROM deadlines
      WHERE pipeline = $1 AND state = 'missed' AND resolved_at IS NULL ORDER BY due_at DESC LIMIT $3)
     ORDER BY due`,
    [pipeline, now, limit],
  );
  return rows;
}
