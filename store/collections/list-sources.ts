import type { Db } from '../db';

/** Names of sources that were collected from, those of late first; 20 without a limit, 1,000 at most. */
export async function listSources(db: Db, limit = 20): Promise<string[]> {
  const { rows } = await db.query<{ source: string }>(
    'SELECT source FROM collections GROUP BY source ORDER BY max(recorded_at) DESC, source LIMIT $1',
    [Math.min(limit, 1_000)],
  );
  return rows.map(({ source }) => source);
}
