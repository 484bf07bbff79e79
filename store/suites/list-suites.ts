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

/** What tells one line from all others: two names may have the same content, and with it the same digest. */
export type SuiteVersion = Pick<SuiteLine, 'kind' | 'name' | 'digest'>;

/** Which suites and rule sets to list. `before` is the last line of the page before. */
export interface SuitesPage {
  /** Those of this name alone. */
  readonly name?: string;
  readonly before?: SuiteVersion;
  /** 100 without one, 1,000 at most. */
  readonly limit?: number;
}

/**
 * Suites and rule sets, a version a line, the last used first.
 *
 * @example
 * const [last] = await listSuites(db, { name: 'well-formed', limit: 1 });
 */
export async function listSuites(db: Db, page: SuitesPage = {}): Promise<SuiteLine[]> {
  const { name, before, limit } = page;
  const { rows } = await db.query(
    `WITH versions AS (
       SELECT u.name, u.kind, u.digest, max(u.members) AS members, count(DISTINCT u.dataset)::int AS datasets,
              CASE WHEN u.kind = 'suite' THEN (count(DISTINCT u.dataset) FILTER (WHERE u.broken > 0))::int END AS broken,
              coalesce(array_agg(DISTINCT r.pipeline) FILTER (WHERE r.pipeline IS NOT NULL), '{}') AS pipelines,
              min(u.recorded_at) AS "firstAt", max(u.recorded_at) AS "lastAt",
              (array_agg(u.run_id ORDER BY u.recorded_at DESC, u.run_id))[1] AS "lastRun",
              (array_agg(u.dataset ORDER BY u.recorded_at DESC, u.run_id))[1] AS "lastDataset"
       FROM suite_uses u LEFT JOIN runs r ON r.id = u.run_id
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
     WHERE ($1::text IS NULL OR v.name = $1)
       AND ($2::text IS NULL
            OR (v."lastAt", v.kind, v.name, v.digest)
               < (SELECT w."lastAt", w.kind, w.name, w.digest FROM versions w WHERE w.kind = $2 AND w.name = $3 AND w.digest = $4))
     ORDER BY v."lastAt" DESC, v.kind DESC, v.name DESC, v.digest DESC LIMIT $5`,
    [name ?? null, before?.kind ?? null, before?.name ?? null, before?.digest ?? null, Math.min(limit ?? 100, 1_000)],
  );
  return z.array(Row).parse(rows);
}
