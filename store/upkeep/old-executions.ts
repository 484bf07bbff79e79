import type { Db } from '../db';

/** Runs of which executions may go. */
export interface OldRuns {
  /** ISO 8601: they had ended by then. */
  readonly before: string;
  /** These stay as they are. */
  readonly except: readonly string[];
}

/**
 * Ended runs whose executions may go, the longest ended first; `after` is the last run of the page before. Those that the
 * ledger of partitions names are not among them.
 */
export async function listOldRuns(
  db: Db,
  { before, except }: OldRuns,
  page: { readonly limit: number; readonly after?: string },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM runs
     WHERE ended_at < $1 AND NOT executions_gone AND status <> 'running' AND id <> ALL($2::text[])
       AND NOT EXISTS (SELECT FROM partition_ledger l WHERE l.run_id = runs.id)
       AND ($4::text IS NULL OR (ended_at, id) > (SELECT ended_at, id FROM runs WHERE id = $4))
     ORDER BY ended_at, id LIMIT $3`,
    [before, except, page.limit, page.after ?? null],
  );
  return rows.map(({ id }) => id);
}

/** Of ended runs, the executions that have ended and whose output the cache does not hold. */
const REMOVABLE = `executions e JOIN runs r ON r.id = e.run_id
   WHERE e.run_id = ANY($1::text[]) AND r.status <> 'running' AND e.outcome IS NOT NULL AND NOT EXISTS (
     SELECT FROM nodes n JOIN cache_entries c ON c.step = n.step AND c.address = n.address AND c.run_id = n.run_id
     WHERE n.run_id = e.run_id AND n.address = e.address)`;

/** How many executions of a run went, or would. */
export interface GoneOf {
  readonly run: string;
  readonly count: number;
}

/** How many executions of some runs would go. */
export async function countOldExecutions(db: Db, runs: readonly string[]): Promise<GoneOf[]> {
  const { rows } = await db.query<GoneOf>(
    `SELECT e.run_id AS run, count(*) AS count FROM ${REMOVABLE} GROUP BY e.run_id`,
    [runs],
  );
  return rows;
}

/** Removes executions of some runs, so many at most, and notes it with the runs. */
export async function removeOldExecutions(db: Db, runs: readonly string[], most: number): Promise<GoneOf[]> {
  const { rows } = await db.query<GoneOf>(
    `WITH chosen AS (
       SELECT e.run_id, e.address, e.fence FROM ${REMOVABLE} LIMIT $2
     ), gone AS (
       DELETE FROM executions e USING chosen s
       WHERE e.run_id = s.run_id AND e.address = s.address AND e.fence = s.fence
       RETURNING e.run_id
     ), noted AS (
       UPDATE runs SET executions_removed_at = now() WHERE id IN (SELECT run_id FROM gone)
     )
     SELECT run_id AS run, count(*) AS count FROM gone GROUP BY run_id`,
    [runs, most],
  );
  return rows;
}

/** Notes of some ended runs that none of their executions is left, where that is so: they are not looked at again. */
export async function noteNoneLeft(db: Db, runs: readonly string[]): Promise<void> {
  await db.query(
    `UPDATE runs SET executions_gone = true
     WHERE id = ANY($1::text[]) AND status <> 'running' AND NOT EXISTS (SELECT FROM executions e WHERE e.run_id = id)`,
    [runs],
  );
}
