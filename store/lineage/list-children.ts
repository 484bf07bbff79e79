import type { Db } from '../db';
import type { Edge } from './edge';

/** The edges that leave a source or an artifact: what was made from it, in a fixed order; `after` is the last edge of the page before. */
export async function listChildren(
  db: Db,
  parent: string,
  page: { readonly limit?: number; readonly after?: Edge } = {},
): Promise<Edge[]> {
  const { rows } = await db.query<Edge>(
    `SELECT child, parent, relation, run_id AS run, address FROM lineage
     WHERE parent = $1
       AND ($3::text IS NULL OR (child, relation, run_id, address) > ($3, $4, $5, $6))
     ORDER BY child, relation, run_id, address LIMIT $2`,
    [
      parent,
      Math.min(page.limit ?? 100, 1_000),
      page.after?.child ?? null,
      page.after?.relation ?? null,
      page.after?.run ?? null,
      page.after?.address ?? null,
    ],
  );
  return rows;
}
