import type { Db } from '../db';
import type { CacheParts } from '../nodes/node-row';
import { SEEN_WITHIN, type WorkerFacts } from './see-worker';

/** Of a step's cache keys, what is the same for all its uses in a worker. */
export type OwnParts = Omit<CacheParts, 'input'>;

/** A step that a worker has the code of. */
export interface AnnouncedStep extends OwnParts {
  readonly step: string;
}

/**
 * Records that a worker is there, and what the cache keys of its steps are made of. What gone workers of the same pool,
 * build and project have said is forgotten: nobody is there who could stand by it against this one.
 */
export async function announceSteps(
  db: Db,
  { id, pool, build, project }: WorkerFacts,
  steps: readonly AnnouncedStep[],
): Promise<void> {
  await db.query(
    `WITH seen AS (
       INSERT INTO workers (id, pool, build, project) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET pool = $2, build = $3, project = $4, seen_at = now()
     ), gone AS (
       DELETE FROM pool_steps AS s
       WHERE s.worker <> $1
         AND (s.pool = $2 AND s.build = $3 AND s.project = $4 OR s.announced_at < now() - interval '90 days')
         AND NOT EXISTS (
           SELECT FROM workers AS w
           WHERE w.id = s.worker AND w.pool = s.pool AND w.build = s.build
             AND w.seen_at > now() - make_interval(secs => $5))
     )
     INSERT INTO pool_steps (worker, step, pool, build, project, code, environment)
     SELECT $1, step, $2, $3, $4, code, environment FROM unnest($6::text[], $7::text[], $8::text[])
       AS t (step, code, environment)
     ON CONFLICT (worker, step) DO UPDATE SET
       pool = $2, build = $3, project = $4, code = EXCLUDED.code, environment = EXCLUDED.environment,
       announced_at = now()`,
    [
      id,
      pool,
      build,
      project,
      SEEN_WITHIN,
      steps.map(({ step }) => step),
      steps.map(({ code }) => code),
      steps.map(({ environment }) => environment),
    ],
  );
}
