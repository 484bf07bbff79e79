import type { Db } from '../db';

/** Takes note that Temporal continues an open run under another of its own Run IDs (an operator reset it). */
export async function noteTemporalRun(db: Db, run: string, temporalRunId: string): Promise<void> {
  await db.query(`UPDATE runs SET temporal_run_id = $2 WHERE id = $1 AND status = 'running'`, [run, temporalRunId]);
}
