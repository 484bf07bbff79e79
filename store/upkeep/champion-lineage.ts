import type { Db } from '../db';

/** What champions, and those that they may be rolled back to, are made from. */
export interface ChampionLineage {
  readonly artifacts: readonly string[];
  readonly runs: readonly string[];
}

/** Follows the lineage of each model's champion, and of the version before it, to its beginning. */
export async function championLineage(db: Db): Promise<ChampionLineage> {
  const { rows } = await db.query<{ digest: string; run: string | null }>(
    `WITH RECURSIVE latest AS (
       SELECT DISTINCT ON (model) model, version, previous FROM promotions ORDER BY model, seq DESC
     ), served AS (
       SELECT v.artifact, v.reference, v.run_id FROM latest l
       JOIN model_versions v ON v.model = l.model AND v.version IN (l.version, l.previous)
     ), made (digest, run) AS (
       SELECT artifact, run_id FROM served
       UNION SELECT reference, run_id FROM served
       UNION SELECT edge.digest, edge.run FROM made m
       CROSS JOIN LATERAL (
         SELECT e.parent AS digest, e.run_id AS run FROM lineage e WHERE e.child = m.digest
       ) AS edge
     )
     SELECT DISTINCT digest, run FROM made`,
  );
  return {
    artifacts: [...new Set(rows.map(({ digest }) => digest))],
    runs: [...new Set(rows.flatMap(({ run }) => (run === null ? [] : [run])))],
  };
}
