import type { Db } from '../db';
import { DEADLINE_COLUMNS, type DeadlineRow } from './deadline-row';

/** Deadlines of a pipeline that are due and not judged, or were missed and are not done yet; oldest first. */
export async function listOpenDeadlines(
  db: Db,
  { pipeline, now, limit }: { readonly pipeline: string; readonly now: string; readonly limit: number },
): Promise<DeadlineRow[]> {
  const { rows } = await db.query<DeadlineRow>(
    `SELECT ${DEADLINE_COLUMNS} FROM deadlines
     WHERE pipeline = $1 AND due_at <= $2 AND state <> 'met' AND resolved_at IS NULL
     ORDER BY due_at LIMIT $3`,
    [pipeline, now, limit],
  );
  return rows;
}
