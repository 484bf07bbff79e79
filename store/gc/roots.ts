/** In a regular expression of Postgres: 64 hexadecimal characters in a row, which may be the digest of an artifact. */
export const NAMED = '\\m[0-9a-f]{64}\\M';

/** Something that needs artifacts by itself. */
export interface RootKind {
  readonly kind: string;
  /** Gives `digest` and `name`. `given` has keep_from (null: all) and cutoff; gc_runs has the runs that keep theirs. */
  readonly sql: string;
}

const inside = (json: string): string => `CROSS JOIN LATERAL regexp_matches((${json})::text, '${NAMED}', 'g') AS m`;

/** Runs whose config, inputs and outputs are needed: open ones, those that ended of late, and those of the ledger. */
export const KEPT_RUNS = `SELECT id FROM runs
  WHERE status = 'running' OR ended_at IS NULL OR $1::timestamptz IS NULL OR ended_at >= $1
     OR EXISTS (SELECT FROM partition_ledger l WHERE l.run_id = runs.id)`;

/** All that is kept for its own sake. What several of them reach is told of the first. */
export const ROOTS: readonly RootKind[] = [
  { kind: 'pin', sql: `SELECT digest, 'of ' || by AS name FROM dataset_pins` },
  { kind: 'tag', sql: `SELECT digest, tag AS name FROM dataset_tags` },
  {
    kind: 'model version',
    sql: `SELECT d AS digest, model || ' v' || version AS name FROM model_versions
          CROSS JOIN LATERAL (SELECT artifact AS d UNION ALL SELECT reference UNION ALL
            SELECT m[1] FROM regexp_matches(concat_ws(' ', signature, metrics, evaluation), '${NAMED}', 'g') AS m) AS named`,
  },
  { kind: 'predictions', sql: `SELECT artifact AS digest, id AS name FROM prediction_segments` },
  {
    kind: 'run',
    sql: `SELECT m[1] AS digest, r.id AS name FROM gc_runs JOIN runs r USING (id)
          ${inside(`concat_ws(' ', r.config, r.output, r.rerun)`)}`,
  },
  {
    kind: 'node',
    sql: `SELECT m[1] AS digest, n.run_id || ' ' || n.address AS name FROM gc_runs r JOIN nodes n ON n.run_id = r.id
          ${inside(`concat_ws(' ', n.input, n.output)`)}`,
  },
  {
    kind: 'cache',
    sql: `SELECT m[1] AS digest, c.step AS name FROM given CROSS JOIN cache_entries c ${inside('c.output')}
          WHERE given.keep_from IS NULL OR c.recorded_at >= given.keep_from`,
  },
  {
    kind: 'outbox',
    sql: `SELECT m[1] AS digest, id AS name FROM outbox ${inside('payload')} WHERE dispatched_at IS NULL`,
  },
  {
    kind: 'cause',
    sql: `SELECT m[1] AS digest, id AS name FROM causes c ${inside('evidence')}
          WHERE NOT EXISTS (SELECT FROM decisions d WHERE d.cause_id = c.id)`,
  },
  // While a server says that a file has not changed, the one that was fetched last is taken.
  {
    kind: 'source',
    sql: `SELECT m[1] AS digest, source AS name FROM (
            SELECT DISTINCT ON (source_key) source, files FROM collections ORDER BY source_key, recorded_at DESC
          ) AS newest ${inside('files')}`,
  },
  {
    kind: 'back-fill',
    sql: `SELECT m[1] AS digest, id AS name FROM backfills ${inside('config')} WHERE status = 'running'`,
  },
  {
    kind: 'plan',
    sql: `SELECT m[1] AS digest, pipeline AS name FROM plans p ${inside('plan')}
          WHERE EXISTS (SELECT FROM gc_runs k JOIN runs r USING (id) WHERE r.plan_hash = p.hash)
             OR NOT EXISTS (SELECT FROM plans q WHERE q.pipeline = p.pipeline AND q.recorded_at > p.recorded_at)`,
  },
  // Last: what may be about to be referred to.
  {
    kind: 'used of late',
    sql: `SELECT digest, a.used_at::text AS name FROM given JOIN artifacts a ON a.used_at >= given.cutoff`,
  },
];
