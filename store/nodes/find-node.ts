import type { Db } from '../db';
import type { NodeRow } from './node-row';

/** The node of an address in a run, or null. */
export async function findNode(db: Db, run: string, address: string): Promise<NodeRow | null> {
  const { rows } = await db.query<NodeRow>(
    `SELECT run_id, address, node, kind, step, pool, status, fence, input, output, error, cache, reused_from, given,
            first_claimed, ended_at
     FROM nodes WHERE run_id = $1 AND address = $2`,
    [run, address],
  );
  return rows[0] ?? null;
}
