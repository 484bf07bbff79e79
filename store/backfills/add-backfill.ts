import type { PoolClient } from 'pg';
import type { Json } from '../../core/plan/json';

/** A back-fill before it has begun. */
export interface NewBackfill {
  readonly id: string;
  readonly pipeline: string;
  readonly config: Json;
  readonly missingOnly: boolean;
  readonly maxParallel: number;
  readonly by: string;
  /** Keys, in the order in which they are run. */
  readonly partitions: readonly string[];
}

/**
 * Records a back-fill, unless an open one of the same pipeline still has one of its partitions before it. Of two that are
 * recorded at the same time the second sees the first.
 *
 * @returns the other one's id and one of the partitions that both want; null: it is recorded
 */
export async function addBackfill(
  tx: PoolClient,
  backfill: NewBackfill,
): Promise<{ readonly id: string; readonly partition: string } | null> {
  const { id, pipeline, partitions } = backfill;
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('perennial.backfill'), hashtext($1))`, [pipeline]);
  const { rows } = await tx.query<{ id: string; partition: string }>(
    `SELECT b.id, p.partition FROM backfills b JOIN backfill_partitions p ON p.backfill_id = b.id
     WHERE b.pipeline = $1 AND b.status = 'running' AND p.state IN ('waiting', 'running') AND p.partition = ANY ($2)
     ORDER BY b.started_at, p.seq LIMIT 1`,
    [pipeline, partitions],
  );
  if (rows[0]) return rows[0];
  const { config, missingOnly, maxParallel, by } = backfill;
  await tx.query(
    `INSERT INTO backfills (id, pipeline, config, missing_only, max_parallel, by, status)
     VALUES ($1, $2, $3, $4, $5, $6, 'running')`,
    [id, pipeline, JSON.stringify(config), missingOnly, maxParallel, by],
  );
  await tx.query(
    `INSERT INTO backfill_partitions (backfill_id, seq, partition, state)
     SELECT $1, place, key, 'waiting' FROM unnest($2::text[]) WITH ORDINALITY AS wanted (key, place)`,
    [id, partitions],
  );
  return null;
}
