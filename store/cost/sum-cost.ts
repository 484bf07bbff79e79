import type { Db } from '../db';

/** What a run used in all. Times in ms, memory in bytes. */
export interface RunCost {
  readonly executions: number;
  readonly wall_ms: number;
  readonly cpu_ms: number;
  readonly peak_rss: number | null;
  readonly gpu_ms: number;
  /** True when any part of it is estimated. */
  readonly estimated: boolean;
}

/** A run's cost over all executions, failed ones too. */
export async function sumCost(db: Db, run: string): Promise<RunCost> {
  const { rows } = await db.query<RunCost>(
    `SELECT count(*) AS executions, coalesce(sum(wall_ms), 0) AS wall_ms, coalesce(sum(cpu_ms), 0) AS cpu_ms,
            max(peak_rss) AS peak_rss, coalesce(sum(gpu_ms), 0) AS gpu_ms, coalesce(bool_or(estimated), false) AS estimated
     FROM cost_entries WHERE run_id = $1`,
    [run],
  );
  return rows[0] ?? { executions: 0, wall_ms: 0, cpu_ms: 0, peak_rss: null, gpu_ms: 0, estimated: false };
}
