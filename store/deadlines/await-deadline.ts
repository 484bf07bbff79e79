import type { Db } from '../db';
import type { DeadlineRow } from './deadline-row';

/** Puts a deadline down. One that waits is moved when the code has moved it; one that was judged stays. */
export async function awaitDeadline(
  db: Db,
  { pipeline, day, due, since, partition }: Pick<DeadlineRow, 'pipeline' | 'day' | 'due' | 'since' | 'partition'>,
): Promise<void> {
  await db.query(
    `INSERT INTO deadlines (pipeline, day, due_at, since_at, partition) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (pipeline, day) DO UPDATE SET
       due_at = EXCLUDED.due_at, since_at = EXCLUDED.since_at, partition = EXCLUDED.partition
     WHERE deadlines.state = 'waiting' AND deadlines.due_at <> EXCLUDED.due_at`,
    [pipeline, day, due, since, partition],
  );
}
