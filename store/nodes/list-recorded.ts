import type { RecordedNode } from '../../core/rerun/plan-rerun';
import type { Db } from '../db';

/** All nodes of a run as a rerun sees them: without inputs and outputs, so ten thousand are a small answer. */
export async function listRecorded(db: Db, run: string): Promise<RecordedNode[]> {
  const { rows } = await db.query<RecordedNode>(
    `SELECT address, node, status, kind = 'approval' AND output @> '{"approved": false}' IS TRUE AS refused,
            CASE WHEN kind = 'map' THEN (input ->> 'items')::int END AS items
     FROM nodes WHERE run_id = $1 ORDER BY address`,
    [run],
  );
  return rows;
}
