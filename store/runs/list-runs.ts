import type { Db } from '../db';
import type { RunRow } from './run-row';

/** Which runs to list. `before` is the id of the last run of the page before. */
export interface RunsPage {
  readonly limit: number;
  readonly before?: string;
  readonly pipeline?: string;
  readonly model?: string;
  readonly status?: RunRow['status'];
}

/** Runs, newest first. */
export async function listRuns(db: Db, page: RunsPage): Promise<RunRow[]> {
  const { rows } = await db.query<RunRow>(
    `SELECT id, pipeline, plan_hash, config, build, model, decision_id, parent_run, rerun, temporal_run_id,
            first_temporal_run_id, status, reason, output, paused, waits_for, partition, pinned_to,
            executions_removed_at, started_at, ended_at
     FROM runs
     WHERE ($2::text IS NULL OR (started_at, id) < (SELECT started_at, id FROM runs WHERE id = $2))
       AND ($3::text IS NULL OR pipeline = $3)
       AND ($4::text IS NULL OR model = $4)
       AND ($5::text IS NULL OR status = $5)
     ORDER BY started_at DESC, id DESC LIMIT $1`,
    [page.limit, page.before ?? null, page.pipeline ?? null, page.model ?? null, page.status ?? null],
  );
  return rows;
}
