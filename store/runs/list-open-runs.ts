import type { Db } from '../db';

/** What the reconciler compares with Temporal. */
export interface OpenRun {
  readonly id: string;
  readonly pipeline: string;
  readonly model: string | null;
  readonly temporal_run_id: string;
  /** null: a run of a pipeline. */
  readonly first_temporal_run_id: string | null;
  readonly started_at: string;
  /** The build that its record says it is pinned to; null: none. */
  readonly pinned_to: string | null;
}

/** Runs whose record says that they run, oldest first; `after` is the id of the last run of the page before. */
export async function listOpenRuns(
  db: Db,
  page: { readonly limit: number; readonly after?: string },
): Promise<OpenRun[]> {
  const { rows } = await db.query<OpenRun>(
    `SELECT id, pipeline, model, temporal_run_id, first_temporal_run_id, started_at, pinned_to FROM runs
     WHERE status = 'running'
       AND ($2::text IS NULL OR (started_at, id) > (SELECT started_at, id FROM runs WHERE id = $2))
     ORDER BY started_at, id LIMIT $1`,
    [page.limit, page.after ?? null],
  );
  return rows;
}
