import type { Db } from '../db';

/** Why a run was started by no person and no clock: a new version of another pipeline's data set. */
export interface TriggeredBy {
  /** The version's digest, and the key of the config that was given it. */
  readonly dataset: string;
  readonly into: string;
  /** For people: `a new version of clean.dataset of flights, by flights-20260201T020000-3f9a1c`. */
  readonly why: string;
}

/** What started runs, by their ids; those that no data set started are not in it. A run's config names the versions to look for. */
export async function findTriggered(db: Db, runs: readonly string[]): Promise<ReadonlyMap<string, TriggeredBy>> {
  const { rows } = await db.query<TriggeredBy & { run: string }>(
    `SELECT r.id AS run, given.value AS dataset, given.key AS "into", o.payload->>'why' AS why
     FROM runs AS r
     CROSS JOIN LATERAL jsonb_each_text(CASE jsonb_typeof(r.config) WHEN 'object' THEN r.config ELSE '{}' END) AS given
     JOIN outbox AS o ON o.id = 'dataset:' || r.pipeline || ':' || given.key || ':' || given.value
     WHERE r.id = ANY($1) AND given.value ~ '^[0-9a-f]{64}$' AND o.payload->>'run' = r.id`,
    [runs],
  );
  return new Map(rows.map(({ run, ...by }) => [run, by]));
}
