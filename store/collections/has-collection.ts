import type { Db } from '../db';

/** Whether a node of a run collected something. */
export async function hasCollection(db: Db, { run, address }: { run: string; address: string }): Promise<boolean> {
  const { rowCount } = await db.query('SELECT FROM collections WHERE run_id = $1 AND address = $2', [run, address]);
  return (rowCount ?? 0) > 0;
}
