import type { Db } from '../db';

/** A run that somebody wanted ended at once: with who and why. */
export interface HardCancel {
  readonly run: string;
  /** Temporal's own "Run ID" of what was to be ended: a run that was reset since goes on under another. */
  readonly temporalRun: string;
  readonly by: string;
  readonly reason: string | null;
}

/**
 * Runs that somebody wanted ended at once, some seconds ago, and that are still open; and those of the last hour that have
 * ended in their records, since they may be open in Temporal.
 */
export async function listHardCancels(db: Db, since: number): Promise<HardCancel[]> {
  const { rows } = await db.query<HardCancel>(
    `SELECT DISTINCT ON (r.id) r.id AS run, r.temporal_run_id AS "temporalRun", i.by, i.reason
     FROM interventions i JOIN runs r ON r.id = i.run_id
     WHERE (r.status = 'running' OR r.status = 'cancelled' AND r.ended_at > now() - interval '1 hour')
       AND i.action = 'cancel' AND i.detail @> '{"hard": true}' AND i.at < now() - make_interval(secs => $1)
     ORDER BY r.id, i.at LIMIT 200`,
    [since],
  );
  return rows;
}
