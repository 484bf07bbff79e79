import type { Db } from '../db';
import { SEEN_WITHIN } from './see-worker';

/** The workers of one build on one pool that are there now. */
export interface BuildWorkers {
  readonly build: string;
  readonly pool: string;
  readonly workers: number;
}

/** Which builds have workers now, on which pools, and how many. */
export async function listBuilds(db: Db): Promise<BuildWorkers[]> {
  const { rows } = await db.query<BuildWorkers>(
    `SELECT build, pool, count(*) AS workers FROM workers
     WHERE seen_at > now() - make_interval(secs => $1) GROUP BY build, pool ORDER BY build, pool LIMIT 1000`,
    [SEEN_WITHIN],
  );
  return rows;
}
