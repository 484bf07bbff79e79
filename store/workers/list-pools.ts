import type { Db } from '../db';
import { SEEN_WITHIN } from './see-worker';

/** The pools that have workers now, and how many. */
export async function listPools(db: Db): Promise<{ readonly pool: string; readonly workers: number }[]> {
  const { rows } = await db.query<{ pool: string; workers: number }>(
    `SELECT pool, count(*) AS workers FROM workers
     WHERE seen_at > now() - make_interval(secs => $1) GROUP BY pool ORDER BY pool LIMIT 1000`,
    [SEEN_WITHIN],
  );
  return rows;
}
