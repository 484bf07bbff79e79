import { WORKFLOW_POOL } from '../../core/plan/workflow-pool';
import type { Db } from '../db';
import { SEEN_WITHIN } from './see-worker';

/** An open run with steps of a pool that has no worker, of its own build where it is pinned, or that waited for one when it was last looked at. */
export interface UnservedRun {
  readonly id: string;
  /** By step name: the pool that it waits in vain for. */
  readonly unserved: { readonly [step: string]: string };
  readonly waits_for: readonly string[] | null;
  /** True: it is pinned to a build that no worker of the workflows' pool is of. */
  readonly stranded: boolean;
}

/** Those runs, oldest first; `after` is the id of the last run of the page before. */
export async function listUnservedRuns(
  db: Db,
  page: { readonly limit: number; readonly after?: string },
): Promise<UnservedRun[]> {
  const { rows } = await db.query<UnservedRun>(
    `WITH served AS (SELECT DISTINCT pool, build FROM workers WHERE seen_at > now() - make_interval(secs => $3))
     SELECT r.id, r.waits_for, coalesce(u.unserved, '{}') AS unserved, s.stranded
     FROM runs r JOIN plans p ON p.hash = r.plan_hash
     LEFT JOIN LATERAL (
       SELECT jsonb_object_agg(s.key, s.value ->> 'pool') AS unserved FROM jsonb_each(p.plan -> 'steps') s
       WHERE NOT (s.value ->> 'light')::boolean AND NOT EXISTS (
         SELECT FROM served w WHERE w.pool = s.value ->> 'pool' AND (r.pinned_to IS NULL OR w.build = r.pinned_to))
     ) u ON true
     CROSS JOIN LATERAL (
       SELECT r.pinned_to IS NOT NULL AND NOT EXISTS (
         SELECT FROM served w WHERE w.pool = $4 AND w.build = r.pinned_to) AS stranded
     ) s
     WHERE r.status = 'running' AND (s.stranded OR u.unserved IS NOT NULL OR r.waits_for IS NOT NULL)
       AND ($2::text IS NULL OR (r.started_at, r.id) > (SELECT started_at, id FROM runs WHERE id = $2))
     ORDER BY r.started_at, r.id LIMIT $1`,
    [page.limit, page.after ?? null, SEEN_WITHIN, WORKFLOW_POOL],
  );
  return rows;
}
