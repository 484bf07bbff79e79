import type { Db } from '../db';
import type { DeadlineRow } from './deadline-row';

/** The newest run that could have kept a deadline, however it stands; null: none began in time. */
export async function findAttempt(
  db: Db,
  { pipeline, due, since, partition }: DeadlineRow,
): Promise<{ readonly run: string; readonly status: string } | null> {
  const { rows } = await db.query<{ run: string; status: string }>(
    `SELECT id AS run, status FROM runs
     WHERE pipeline = $1 AND started_at <= $2
       AND CASE WHEN $4::text IS NOT NULL THEN partition = $4 ELSE started_at > $3 END
     ORDER BY started_at DESC, id DESC LIMIT 1`,
    [pipeline, due, since, partition],
  );
  return rows[0] ?? null;
}
