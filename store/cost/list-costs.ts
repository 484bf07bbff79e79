import type { Db } from '../db';
import type { ExecutionsPage } from '../executions/list-executions';

/** What one execution used. Times in ms, memory in bytes. */
export interface CostRow {
  readonly run_id: string;
  readonly address: string;
  readonly fence: number;
  readonly wall_ms: number;
  readonly cpu_ms: number;
  readonly peak_rss: number | null;
  readonly gpu_ms: number;
  readonly estimated: boolean;
}

/** A run's cost entries, or those of one node, by address and fence; `after` is the last row of the page before. */
export async function listCosts(db: Db, run: string, page: ExecutionsPage): Promise<CostRow[]> {
  const { rows } = await db.query<CostRow>(
    `SELECT run_id, address, fence, wall_ms, cpu_ms, peak_rss, gpu_ms, estimated FROM cost_entries
     WHERE run_id = $1 AND ($3::text IS NULL OR (address, fence) > ($3, $4::bigint))
       AND ($5::text IS NULL OR address = $5)
     ORDER BY address, fence LIMIT $2`,
    [run, page.limit, page.after?.address ?? null, page.after?.fence ?? null, page.address ?? null],
  );
  return rows;
}
