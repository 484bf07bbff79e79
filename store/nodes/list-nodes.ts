import type { Db } from '../db';
import type { NodeRow } from './node-row';

/** Which nodes to list. */
export interface NodesPage {
  readonly limit: number;
  /** Address of the last node of the page before. */
  readonly after?: string;
  readonly status?: NodeRow['status'];
  /** Those inside an item alone: `per-seed[3]`. */
  readonly within?: string;
}

/** A run's nodes in the order of their first claim. */
export async function listNodes(db: Db, run: string, page: NodesPage): Promise<NodeRow[]> {
  const { rows } = await db.query<NodeRow>(
    `SELECT run_id, address, node, kind, step, pool, status, fence, input, output, error, cache, reused_from, given,
            first_claimed, ended_at
     FROM nodes
     WHERE run_id = $1
       AND ($3::text IS NULL
            OR (first_claimed, address) > (SELECT first_claimed, address FROM nodes WHERE run_id = $1 AND address = $3))
       AND ($4::text IS NULL OR status = $4)
       AND ($5::text IS NULL OR starts_with(address, $5 || '/'))
     ORDER BY first_claimed, address LIMIT $2`,
    [run, page.limit, page.after ?? null, page.status ?? null, page.within ?? null],
  );
  return rows;
}
