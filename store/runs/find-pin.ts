import type { Db } from '../db';

/** The build that a run is pinned to now; null: to none, or there is no such run. */
export async function findPin(db: Db, run: string): Promise<string | null> {
  const { rows } = await db.query<{ pinned_to: string | null }>('SELECT pinned_to FROM runs WHERE id = $1', [run]);
  return rows[0]?.pinned_to ?? null;
}
