import type { Pool } from 'pg';
import { limitStatements, transaction } from '../db';

/** ms that the question may take. */
const LIMIT = 1_000;

/** How many rows of the outbox wait to be dispatched, and for how long the oldest of them does, s (0: none waits). */
export async function sumWaiting(db: Pool): Promise<{ readonly waiting: number; readonly oldest: number }> {
  return transaction(db, async (tx) => {
    await limitStatements(tx, LIMIT);
    const { rows } = await tx.query<{ waiting: number; oldest: number }>(
      `SELECT count(*) AS waiting,
         COALESCE(GREATEST(EXTRACT(EPOCH FROM now() - min(recorded_at)), 0), 0)::float8 AS oldest
       FROM outbox WHERE dispatched_at IS NULL`,
    );
    return rows[0] ?? { waiting: 0, oldest: 0 };
  });
}
