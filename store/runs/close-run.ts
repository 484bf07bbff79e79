import type { EndStatus } from '../../core/keep/event';
import type { Json } from '../../core/plan/json';
import type { Db } from '../db';

/** How a run ended. */
export interface RunEnd {
  readonly run: string;
  readonly status: EndStatus;
  readonly reason: string | null;
  readonly output?: Json;
  /** Temporal's own Run ID of what ended, where the run itself says so. */
  readonly temporalRunId?: string;
}

/**
 * Closes an open run, and with it the nodes and executions that were still open: those can no longer commit. A run that
 * is closed stays as it is: the first end that is recorded counts, unless Temporal went on with the run under another
 * of its own Run IDs (an operator reset it): then the end of that counts.
 *
 * @returns the run's model (null: it has none) when this call closed it, undefined when it was closed already or is unknown
 */
export async function closeRun(db: Db, end: RunEnd): Promise<string | null | undefined> {
  const { rows } = await db.query<{ model: string | null }>(
    `WITH closed AS (
       UPDATE runs SET status = $2, reason = $3, output = $4, ended_at = now(), paused = NULL, waits_for = NULL,
         temporal_run_id = COALESCE($5, temporal_run_id)
       WHERE id = $1 AND (status = 'running' OR temporal_run_id <> $5) RETURNING id, model
     ), nodes_closed AS (
       UPDATE nodes SET status = 'cancelled', ended_at = now(), fence = fence + 1
       WHERE run_id IN (SELECT id FROM closed) AND status IN ('running', 'waiting')
     ), executions_closed AS (
       UPDATE executions SET outcome = 'lost', ended_at = now()
       WHERE run_id IN (SELECT id FROM closed) AND outcome IS NULL
     )
     SELECT model FROM closed`,
    [
      end.run,
      end.status,
      end.reason,
      end.output === undefined ? null : JSON.stringify(end.output),
      end.temporalRunId ?? null,
    ],
  );
  return rows[0] === undefined ? undefined : rows[0].model;
}
