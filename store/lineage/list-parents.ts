import type { Db } from '../db';
import type { Edge } from './edge';

/** The edges that lead to an artifact: what it was made from, in a fixed order; `after` is the last edge of the page before. */
export async function listParents(
  db: Db,
  child: string,
  page: { readonly limit?: number; readonly after?: Edge } = {},
): Promise<Edge[]> {
  const { rows } = await db.query<Edge>(
    `SELECT child, parent, relation, run_id AS run, address FROM lineage
     WHERE child = $1
       AND ($3::text IS NULL OR (parent, relation, run_id, address) > ($3, $4, $5, $6))
     ORDER BY parent, relation, run_id, address LIMIT $2`,
    [
      child,
      Math.min(page.limit ?? 100, 1_000),
      page.after?.parent ?? null,
      page.after?.relation ?? null,
      page.after?.run ?? null,
      page.after?.address ?? null,
    ],
  );
  return rows;
}
