import type { Db } from '../db';
import type { RunRow } from './run-row';

/** The run of an id, or null. */
export async function findRun(db: Db, id: string): Promise<RunRow | null> {
  const { rows } = await db.query<RunRow>(
    `SELECT id, pipeline, plan_hash, config, build, model, decision_id, parent_run, rerun, temporal_run_id,
            first_temporal_run_id, status, reason, output, paused, waits_for, partition, pinned_to,
            executions_removed_at, started_at, ended_at
     FROM runs WHERE id = $1`,
    [id],
  );
  return rows[0] ?? null;
}
