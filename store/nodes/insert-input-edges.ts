import type { Db } from '../db';

/**
 * Records that a node made artifacts from artifacts, where the step itself did not say so: an edge with the relation
 * `input` from each of `parents` to each of `children` that has no edge of this node yet. Digests without a record are
 * left out, as is an artifact that is only passed on.
 */
export async function insertInputEdges(
  db: Db,
  node: { readonly run: string; readonly address: string },
  children: readonly string[],
  parents: readonly string[],
): Promise<void> {
  await db.query(
    `INSERT INTO lineage (child, parent, relation, run_id, address)
     SELECT child.digest, parent.digest, 'input', $3, $4
     FROM artifacts AS child CROSS JOIN artifacts AS parent
     WHERE child.digest = ANY ($1::text[]) AND parent.digest = ANY ($2::text[]) AND child.digest <> ALL ($2::text[])
       AND NOT EXISTS (SELECT FROM lineage AS l WHERE l.child = child.digest AND l.run_id = $3 AND l.address = $4)
     ON CONFLICT DO NOTHING`,
    [children, parents, node.run, node.address],
  );
}
