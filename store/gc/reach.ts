import type { PoolClient } from 'pg';
import { KEPT_RUNS, type RootKind, ROOTS } from './roots';

/** What counts as old. ISO 8601, to the microsecond. */
export interface Ages {
  /** Runs that ended and cache entries that were written since keep their artifacts; null: all of them do. */
  readonly keepFrom: string | null;
  /** What was used since is left alone. */
  readonly cutoff: string;
}

const INSERT = (sql: string): string => `
  WITH given AS (SELECT $1::timestamptz AS keep_from, $2::timestamptz AS cutoff)
  INSERT INTO gc_reached (digest, root, name, depth)
  SELECT DISTINCT ON (r.digest) r.digest, $3::text, r.name, $4::int FROM (${sql}) AS r JOIN artifacts a ON a.digest = r.digest
  ORDER BY r.digest, r.name ON CONFLICT (digest) DO NOTHING`;

/**
 * Which artifacts are needed: those that a root names, with all that they were made from and all that their texts name. They stand in a
 * table of this connection with the way to each: nothing of it is held in this process.
 */
export class Reached {
  private depth = 0;

  private constructor(
    private readonly client: PoolClient,
    private readonly ages: Ages,
  ) {}

  /** Works it out. */
  static async compute(client: PoolClient, ages: Ages): Promise<Reached> {
    await client.query('DROP TABLE IF EXISTS gc_runs, gc_reached');
    await client.query(
      `CREATE TEMP TABLE gc_reached (digest text PRIMARY KEY, root text, name text, via text, relation text, depth int NOT NULL)`,
    );
    await client.query('CREATE INDEX ON gc_reached (depth)');
    await client.query('CREATE TEMP TABLE gc_runs (id text PRIMARY KEY)');
    await client.query(`INSERT INTO gc_runs ${KEPT_RUNS}`, [ages.keepFrom]);
    await client.query('ANALYZE gc_runs');
    const reached = new Reached(client, ages);
    for (const root of ROOTS) await reached.add(root);
    await client.query('ANALYZE gc_reached');
    await reached.follow();
    await client.query('ANALYZE gc_reached');
    return reached;
  }

  /** Takes up what has been used since. While {@link REMOVAL_LOCK} is held nothing else can be added. */
  async takeUp(): Promise<void> {
    this.depth += 1;
    for (const root of ROOTS) if (root.kind === 'used of late') await this.add(root);
    await this.follow();
  }

  private async add({ kind, sql }: RootKind): Promise<void> {
    await this.client.query(INSERT(sql), [this.ages.keepFrom, this.ages.cutoff, kind, this.depth]);
  }

  private async follow(): Promise<void> {
    for (;;) {
      const { rowCount } = await this.client.query(
        `INSERT INTO gc_reached (digest, via, relation, depth)
         SELECT DISTINCT ON (next.digest) next.digest, next.via, next.relation, $1::int + 1
         FROM gc_reached r CROSS JOIN LATERAL (
           SELECT e.parent AS digest, r.digest AS via, e.relation FROM lineage e WHERE e.child = r.digest
           UNION ALL SELECT t.mentions, r.digest, 'mentions' FROM artifact_mentions t WHERE t.artifact = r.digest
         ) AS next JOIN artifacts a ON a.digest = next.digest
         WHERE r.depth = $1 AND NOT EXISTS (SELECT FROM gc_reached known WHERE known.digest = next.digest)
         ORDER BY next.digest ON CONFLICT (digest) DO NOTHING`,
        [this.depth],
      );
      if ((rowCount ?? 0) === 0) return;
      this.depth += 1;
    }
  }
}
