import { z } from 'zod';
import type { Db } from '../db';

const SQL = `
  SELECT
    (SELECT count(*) FROM causes c WHERE c.model = $1 AND c.kind = 'schedule') AS "scheduled",
    (SELECT count(*) FROM causes c
      WHERE c.model = $1 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.cause_id = c.id)) AS "undecided",
    (SELECT count(*) FROM decisions r
      WHERE r.model = $1 AND r.action = 'retrain' AND NOT EXISTS (
        SELECT 1 FROM decisions e WHERE e.model = $1 AND e.run_id = r.run_id AND e.id <> r.id)) AS "open"`;

const Row = z.object({ scheduled: z.int(), undecided: z.int(), open: z.int() });

/**
 * What a model's keeper still has to do: causes without a decision, and retrains that no decision has closed yet.
 * `scheduled` counts the causes that the schedule has reported so far.
 */
export async function countUnsettled(db: Db, model: string): Promise<z.infer<typeof Row>> {
  const { rows } = await db.query(SQL, [model]);
  return Row.parse(rows[0]);
}
