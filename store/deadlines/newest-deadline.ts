import type { Db } from '../db';

/** When the newest deadline of a pipeline that has passed was due, and how the code had it then; null: none has. */
export async function newestDeadline(
  db: Db,
  pipeline: string,
  now: string,
): Promise<{ readonly due: string; readonly times: string } | null> {
  const { rows } = await db.query<{ due: string; times: string }>(
    'SELECT due_at AS due, times FROM deadlines WHERE pipeline = $1 AND due_at <= $2 ORDER BY due_at DESC LIMIT 1',
    [pipeline, now],
  );
  return rows[0] ?? null;
}
