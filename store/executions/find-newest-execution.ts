import type { Db } from '../db';
import type { ExecutionRow } from './list-executions';

/** The newest execution of a node, and whether its worker is still there; null when there was none. */
export async function findNewestExecution(
  db: Db,
  run: string,
  address: string,
  seenWithin: number,
): Promise<(Pick<ExecutionRow, 'fence' | 'worker' | 'outcome'> & { readonly alive: boolean }) | null> {
  const { rows } = await db.query<Pick<ExecutionRow, 'fence' | 'worker' | 'outcome'> & { alive: boolean }>(
    `SELECT fence, worker, outcome,
            EXISTS (SELECT FROM workers w
                    WHERE w.id = worker AND w.seen_at > now() - make_interval(secs => $3)) AS alive
     FROM executions WHERE run_id = $1 AND address = $2 ORDER BY fence DESC LIMIT 1`,
    [run, address, seenWithin],
  );
  return rows[0] ?? null;
}
