import type { Db } from '../db';
import type { RecordedError } from '../nodes/node-row';

/** One try of one node. */
export interface ExecutionRow {
  readonly run_id: string;
  readonly address: string;
  readonly fence: number;
  readonly worker: string;
  readonly attempt: number;
  /** The device that it had for itself, as CUDA_VISIBLE_DEVICES names it; null: none. */
  readonly device: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly outcome: 'committed' | 'fenced-off' | 'failed' | 'cancelled' | 'lost' | null;
  readonly error: RecordedError | null;
}

/** Which executions to list; also which costs, of which there is at most one an execution. */
export interface ExecutionsPage {
  readonly limit: number;
  readonly after?: { readonly address: string; readonly fence: number };
  readonly address?: string;
}

/** A run's executions, or those of one node, by address and fence; `after` is the last row of the page before. */
export async function listExecutions(db: Db, run: string, page: ExecutionsPage): Promise<ExecutionRow[]> {
  const { rows } = await db.query<ExecutionRow>(
    `SELECT run_id, address, fence, worker, attempt, device, started_at, ended_at, outcome, error FROM executions
     WHERE run_id = $1 AND ($3::text IS NULL OR (address, fence) > ($3, $4::bigint))
       AND ($5::text IS NULL OR address = $5)
     ORDER BY address, fence LIMIT $2`,
    [run, page.limit, page.after?.address ?? null, page.after?.fence ?? null, page.address ?? null],
  );
  return rows;
}
