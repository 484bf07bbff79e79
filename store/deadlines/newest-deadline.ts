import type { Db } from '../db';

/** When the newest deadline of a pipeline that has passed was due; null: none has. */
export async function newestDeadline(db: Db, pipeline: string, now: string): Promise<string | null> {
  const { rows } = await db.query<{ due: string | null }>(
    'SELECT max(due_at) AS due FROM deadlines WHERE pipeline = $1 AND due_at <= $2',
    [pipeline, now],
  );
  return rows[0]?.due ?? null;
}
