import type { Db } from '../db';
import { SEEN_WITHIN } from './see-worker';

/** Code that workers of a pool have loaded. */
export interface LoadedCode {
  readonly pool: string;
  /** Digest of the project's bundle. */
  readonly project: string;
  readonly workers: number;
}

/**
 * What code, other than that of a digest, the workers of some pools have that are there now.
 *
 * @param build only of the workers of this build; null: of all
 */
export async function listOtherProjects(
  db: Db,
  project: string,
  pools: readonly string[],
  build: string | null,
): Promise<LoadedCode[]> {
  const { rows } = await db.query<LoadedCode>(
    `SELECT pool, project, count(*)::int AS workers FROM workers
     WHERE seen_at > now() - make_interval(secs => $3) AND pool = ANY ($2) AND project <> $1
       AND ($4::text IS NULL OR build = $4)
     GROUP BY pool, project ORDER BY pool, project LIMIT 1000`,
    [project, pools, SEEN_WITHIN, build],
  );
  return rows;
}
