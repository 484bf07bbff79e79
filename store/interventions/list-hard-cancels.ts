import type { Db } from '../db';

/** A run that somebody wanted ended at once: with who and why. */
export interface HardCancel {
  readonly run: string;
  /** Temporal's own "Run ID" of what runs by the records. */
  readonly temporalRun: string;
  /** Set where a hand-written workflow runs under another than when it was to be ended: it was reset, or went on by itself. */
  readonly isAnother: boolean;
  readonly by: string;
  readonly reason: string | null;
}

/**
 * Runs that somebody wanted ended at once, some seconds ago, and that are still open; and those of the last hour that have
 * ended in their records, since they may be open in Temporal. A run of a pipeline that goes on under another of Temporal's Run IDs
 * was reset since, and is not meant any more.
 */
export async function listHardCancels(db: Db, since: number): Promise<HardCancel[]> {
  const { rows } = await db.query<HardCancel>(
    `SELECT DISTINCT ON (r.id) r.id AS run, r.temporal_run_id AS "temporalRun", i.by, i.reason,
            was.run <> r.temporal_run_id AS "isAnother"
     FROM interventions i JOIN runs r ON r.id = i.run_id,
          LATERAL (SELECT COALESCE(i.detail->>'temporalRun', r.temporal_run_id) AS run) was
     WHERE (was.run = r.temporal_run_id OR r.first_temporal_run_id IS NOT NULL)
       AND (r.status = 'running' OR r.status = 'cancelled' AND r.ended_at > now() - interval '1 hour')
       AND i.action = 'cancel' AND i.detail @> '{"hard": true}' AND i.at < now() - make_interval(secs => $1)
     ORDER BY r.id, was.run <> r.temporal_run_id, i.at LIMIT 200`,
    [since],
  );
  return rows;
}
