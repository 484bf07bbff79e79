import type { Json } from '../../core/plan/json';
import type { Db } from '../db';

/** A node's committed output, or null when nothing is committed. */
export async function findOutput(db: Db, run: string, address: string): Promise<{ readonly output: Json } | null> {
  const { rows } = await db.query<{ output: Json }>(
    `SELECT output FROM nodes WHERE run_id = $1 AND address = $2 AND output IS NOT NULL`,
    [run, address],
  );
  return rows[0] ?? null;
}
