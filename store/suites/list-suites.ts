import { z } from 'zod';
import type { Db } from '../db';

/** One version of a suite or of a rule set, and what it was used for. */
export interface SuiteLine {
  readonly name: string;
  readonly kind: 'suite' | 'rule-set';
  readonly digest: string;
  /** Expectations, or rules. */
  readonly members: number;
  /** Data set versions that it judged, or made; of a suite, those that it did not hold for. */
  readonly datasets: number;
  readonly broken: number | null;
  /** The pipelines whose runs have used this version. */
  readonly pipelines: readonly string[];
  /** The pipelines whose newest plan names it, in whatever version. */
  readonly named: readonly string[];
  readonly firstAt: string;
  readonly lastAt: string;
  readonly lastRun: string;
  readonly lastDataset: string;
}

const Row = z.object({
  name: z.string(),
  kind: z.enum(['suite', 'rule-set']),
  digest: z.string(),
  members: z.int(),
  datasets: z.int(),
  broken: z.int().nullable(),
  pipelines: z.array(z.string()),
  named: z.array(z.string()),
  firstAt: z.string(),
  lastAt: z.string(),
  lastRun: z.string(),
  lastDataset: z.string(),
});

/**
 * Suites and rule sets, a version a line, the last used first.
 *
 * @param page.name those of this name alone
 * @param page.before the digest of the last line of the page before
 */
export async function listSuites(
  db: Db,
  page: { readonly name?: string; readonly before?: string; readonly limit?: number } = {},
): Promise<SuiteLine[]> {
  const { rows } = await db.query(
    `WITH versions AS (
       SELECT u.name, u.kind, u.digest, max(u.members) AS members, count(DISTINCT u.dataset)::int AS datasets,
              CASE WHEN u.kind = 'suite' THEN (count(DISTINCT u.dataset) FILTER (WHERE u.broken > 0))::int END AS broken,
              coalesce(array_agg(DISTINCT r.pipeline) FILTER (WHERE r.pipeline IS NOT NULL), '{}') AS pipelines,
              min(u.recorded_at) AS "firstAt", max(u.recorded_at) AS "lastAt",
              (array_agg(u.run_id ORDER BY u.recorded_at DESC, u.run_id))[1] AS "lastRun",
              (array_agg(u.dataset ORDER BY u.recorded_at DESC, u.run_id))[1] AS "lastDataset"
       FROM suite_uses u LEFT JOIN runs r ON r.id = u.run_id
       WHERE $1::text IS NULL OR u.name = $1
       GROUP BY u.name, u.kind, u.digest
     ), newest AS (
       SELECT DISTINCT ON (pipeline) pipeline, plan FROM plans ORDER BY pipeline, recorded_at DESC
     )
     SELECT v.*, ARRAY(
       SELECT pipeline FROM newest
       WHERE jsonb_path_exists(plan, '$.** ? (@.kind == $kind && @.name == $name)', jsonb_build_object('kind', v.kind, 'name', v.name))
       ORDER BY pipeline
     ) AS named
     FROM versions v
     WHERE $2::text IS NULL OR (v."lastAt", v.digest) < (SELECT w."lastAt", w.digest FROM versions w WHERE w.digest = $2 ORDER BY w."lastAt" LIMIT 1)
     ORDER BY v."lastAt" DESC, v.digest DESC LIMIT $3`,
    [page.name ?? null, page.before ?? null, page.limit ?? 100],
  );
  return z.array(Row).parse(rows);
}
