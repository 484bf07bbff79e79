import type { Db } from '../db';

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

/** Records that a worker is there. */
export async function seeWorker(db: Db, { id, pool, build, project }: WorkerFacts): Promise<void> {
  await db.query(
    `INSERT INTO workers (id, pool, build, project) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET pool = $2, build = $3, project = $4, seen_at = now()`,
    [id, pool, build, project],
  );
}
