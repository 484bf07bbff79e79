import type { Db } from '../db';

/** Takes back the deadlines of a pipeline that are still to come, but that of one day: the code has moved them to others. */
export async function dropAwaited(
  db: Db,
  { pipeline, now, but }: { readonly pipeline: string; readonly now: string; readonly but: string },
): Promise<void> {
  await db.query(`DELETE FROM deadlines WHERE pipeline = $1 AND state = 'waiting' AND due_at > $2 AND day <> $3`, [
    pipeline,
    now,
    but,
  ]);
}
