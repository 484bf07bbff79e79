import type { Db } from '../db';
import type { CacheParts } from '../nodes/node-row';

/** For how long after its last word a worker counts as there, s. It speaks every {@link SAYS_EVERY} ms. */
export const SEEN_WITHIN = 15;

/** ms between a worker's words. */
export const SAYS_EVERY = 5_000;

/** A worker process. */
export interface WorkerFacts {
  /** host:pid, as executions name it. */
  readonly id: string;
  readonly pool: string;
  readonly build: string;
  /** Digest of the project's bundle. */
  readonly project: string;
}

/** Of a step's cache keys, what is the same for all its uses in a worker. */
export type OwnParts = Omit<CacheParts, 'input'>;

/** A step that a worker has the code of. */
export interface AnnouncedStep extends OwnParts {
  readonly step: string;
}

/**
 * Records that a worker is there, and with its first word what the cache keys of its steps are made of. What gone workers
 * of the same pool, build and project have said of theirs is then forgotten: nobody is there who could stand by it against
 * this one.
 *
 * @param steps none: what it has announced stands
 * @example
 * await seeWorker(db, { id: 'host:7', pool: 'gpu', build, project }, [{ step: 'fit', code, environment }]);
 */
export async function seeWorker(
  db: Db,
  { id, pool, build, project }: WorkerFacts,
  steps: readonly AnnouncedStep[] = [],
): Promise<void> {
  await db.query(
    `WITH seen AS (
       INSERT INTO workers (id, pool, build, project) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET pool = $2, build = $3, project = $4, seen_at = now()
     ), gone AS (
       DELETE FROM pool_steps AS s
       WHERE cardinality($6::text[]) > 0 AND s.worker <> $1
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
