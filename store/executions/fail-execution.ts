import type { Db } from '../db';
import type { Cost, RecordedError } from '../nodes/node-row';

/** How an execution ended without an output. */
export interface FailedExecution {
  readonly run: string;
  readonly address: string;
  readonly fence: number;
  readonly outcome: 'failed' | 'cancelled';
  readonly error: RecordedError;
  readonly cost: Cost;
  /** True when no further execution will be tried: the node itself has failed or was cancelled. */
  readonly final: boolean;
}

/** Records the end of an execution that has no output. The node is only touched while this execution holds its fence. */
export async function failExecution(db: Db, end: FailedExecution): Promise<void> {
  await db.query(
    `WITH ended AS (
       UPDATE executions SET outcome = $4, error = $5, ended_at = now()
       WHERE run_id = $1 AND address = $2 AND fence = $3 AND (outcome IS NULL OR outcome = 'lost')
     ), cost AS (
       INSERT INTO cost_entries (run_id, address, fence, wall_ms, cpu_ms, peak_rss, gpu_ms, estimated)
       VALUES ($1, $2, $3, $6, $7, $8, $9, $10)
       ON CONFLICT (run_id, address, fence) DO NOTHING
     )
     UPDATE nodes SET
       error = $5,
       status = CASE WHEN $11 THEN $4 ELSE status END,
       ended_at = CASE WHEN $11 THEN now() ELSE ended_at END
     WHERE run_id = $1 AND address = $2 AND fence = $3 AND output IS NULL`,
    [
      end.run,
      end.address,
      end.fence,
      end.outcome,
      JSON.stringify(end.error),
      end.cost.wallMs,
      end.cost.cpuMs,
      end.cost.peakRss,
      end.cost.gpuMs,
      end.cost.estimated,
      end.final,
    ],
  );
}
