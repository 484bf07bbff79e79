import type { Db } from '../db';
import type { Edge } from './edge';

/** Records an edge. The same node telling it again changes nothing. */
export async function insertEdge(db: Db, edge: Edge): Promise<void> {
  await db.query(
    `INSERT INTO lineage (child, parent, relation, run_id, address) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [edge.child, edge.parent, edge.relation, edge.run, edge.address],
  );
}
