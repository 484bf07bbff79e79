import type { Db } from '../db';

/** When the upkeep was done last, ISO 8601; null: never. */
export async function newestUpkeep(db: Db): Promise<string | null> {
  const { rows } = await db.query<{ at: string | null }>('SELECT max(done_at) AS at FROM upkeeps');
  return rows[0]?.at ?? null;
}
