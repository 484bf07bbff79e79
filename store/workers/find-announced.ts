import type { Db } from '../db';
import type { OwnParts } from './see-worker';

/** A step by its name and the pool that the plan hands it to. */
export interface PoolStep {
  readonly pool: string;
  readonly step: string;
}

/**
 * What workers of a build and project have announced of some steps. Left out: a step that nobody has announced, and one
 * of which they say different things: nobody knows which of them would take it.
 */
export async function findAnnounced(
  db: Db,
  of: { readonly build: string; readonly project: string },
  steps: readonly PoolStep[],
): Promise<(PoolStep & OwnParts)[]> {
  const { rows } = await db.query<PoolStep & OwnParts>(
    `SELECT pool, step, min(code) AS code, min(environment) AS environment FROM pool_steps
     WHERE build = $1 AND project = $2 AND (pool, step) IN (SELECT * FROM unnest($3::text[], $4::text[]))
     GROUP BY pool, step HAVING count(DISTINCT (code, environment)) = 1`,
    [of.build, of.project, steps.map(({ pool }) => pool), steps.map(({ step }) => step)],
  );
  return rows;
}
