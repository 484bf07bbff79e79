import type { Db } from '../db';
import type { DeadlineRow } from './deadline-row';

/**
 * The run that did what a deadline asks for, the first one to end; null: none has. Of a pipeline with partitions it is one of
 * that partition. Of another it is one that began after the deadline before, and that does not stand for an earlier deadline,
 * which it was late for: that of yesterday, made up for in the morning, is not that of tonight.
 */
export async function findDone(
  db: Db,
  { pipeline, day, due, since, partition }: DeadlineRow,
): Promise<{ readonly run: string; readonly at: string } | null> {
  const { rows } = await db.query<{ run: string; at: string }>(
    `SELECT r.id AS run, r.ended_at AS at FROM runs AS r
     WHERE r.pipeline = $1 AND r.status = 'completed'
       AND CASE WHEN $5::text IS NOT NULL THEN r.partition = $5
           ELSE r.started_at > $4 AND (r.started_at > $3 OR NOT EXISTS (
             SELECT FROM deadlines AS d WHERE d.pipeline = $1 AND d.run_id = r.id AND d.day <> $2
           )) END
     ORDER BY r.ended_at LIMIT 1`,
    [pipeline, day, due, since, partition],
  );
  return rows[0] ?? null;
}
