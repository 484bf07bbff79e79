import type { Db } from '../db';
import type { NodeRow } from './node-row';

/** A run's nodes in the order of their first claim; `after` is the address of the last node of the page before. */
export async function listNodes(
  db: Db,
  run: string,
  page: { readonly limit: number; readonly after?: string },
): Promise<NodeRow[]> {
  const { rows } = await db.query<NodeRow>(
    `SELECT run_id, address, node, kind, step, pool, status, fence, input, output, error, cache, reused_from,
            first_claimed, ended_at
     FROM nodes
     WHERE run_id = $1
       AND ($3::text IS NULL
            OR (first_claimed, address) > (SELECT first_claimed, address FROM nodes WHERE run_id = $1 AND address = $3))
     ORDER BY first_claimed, address LIMIT $2`,
    [run, page.limit, page.after ?? null],
  );
  return rows;
}
