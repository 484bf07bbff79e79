import type { Db } from '../db';
import type { DeadlineRow } from './deadline-row';

/**
 * Puts a deadline down. One that waits is moved when the code has moved it; one that was judged stays.
 *
 * @param times as the code has it: time, days and zone
 */
export async function awaitDeadline(
  db: Db,
  {
    pipeline,
    day,
    due,
    since,
    partition,
    times,
  }: Pick<DeadlineRow, 'pipeline' | 'day' | 'due' | 'since' | 'partition'> & { readonly times: string },
): Promise<void> {
  await db.query(
    `INSERT INTO deadlines AS d (pipeline, day, due_at, since_at, partition, times) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (pipeline, day) DO UPDATE SET due_at = EXCLUDED.due_at, since_at = EXCLUDED.since_at,
       partition = EXCLUDED.partition, times = EXCLUDED.times
     WHERE d.state = 'waiting' AND (d.due_at, d.since_at, d.partition, d.times)
       IS DISTINCT FROM (EXCLUDED.due_at, EXCLUDED.since_at, EXCLUDED.partition, EXCLUDED.times)`,
    [pipeline, day, due, since, partition, times],
  );
}
