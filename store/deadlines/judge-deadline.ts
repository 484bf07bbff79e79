import type { Db } from '../db';
import type { DeadlineRow } from './deadline-row';

/**
 * Records how a deadline that waited was kept, or that one which was missed is done. Of several that judge at once one is told.
 *
 * @param from how it stood when it was judged
 * @returns false: another one has judged it
 */
export async function judgeDeadline(
  db: Db,
  from: Pick<DeadlineRow, 'pipeline' | 'day' | 'state'>,
  to: Pick<DeadlineRow, 'state' | 'run' | 'reason' | 'resolvedAt'>,
): Promise<boolean> {
  const { rows } = await db.query(
    `UPDATE deadlines SET state = $4, run_id = $5, reason = $6, resolved_at = $7, judged_at = coalesce(judged_at, now())
     WHERE pipeline = $1 AND day = $2 AND state = $3 AND resolved_at IS NULL
     RETURNING day`,
    [from.pipeline, from.day, from.state, to.state, to.run, to.reason, to.resolvedAt],
  );
  return rows.length > 0;
}
