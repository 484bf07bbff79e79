import type { Db } from '../db';
import type { BackfillRow } from './backfill-row';

const COUNTS = (['waiting', 'running', 'done', 'kept', 'failed', 'left'] as const)
  .map((state) => `'${state}', count(*) FILTER (WHERE p.state = '${state}')`)
  .join(', ');

/** Back-fills, newest first. `before` is the id of the last one of the page before. */
export async function listBackfills(
  db: Db,
  page: {
    readonly limit: number;
    readonly before?: string;
    readonly id?: string;
    readonly status?: BackfillRow['status'];
  },
): Promise<BackfillRow[]> {
  const { rows } = await db.query<BackfillRow>(
    `SELECT b.id, b.pipeline, b.config, b.missing_only, b.max_parallel, b.by, b.status, b.started_at, b.ended_at,
            (array_agg(p.partition ORDER BY p.seq))[1] AS first,
            (array_agg(p.partition ORDER BY p.seq DESC))[1] AS last,
            json_build_object(${COUNTS}) AS counts
     FROM backfills b JOIN backfill_partitions p ON p.backfill_id = b.id
     WHERE ($2::text IS NULL OR (b.started_at, b.id) < (SELECT started_at, id FROM backfills WHERE id = $2))
       AND ($3::text IS NULL OR b.id = $3)
       AND ($4::text IS NULL OR b.status = $4)
     GROUP BY b.id ORDER BY b.started_at DESC, b.id DESC LIMIT $1`,
    [page.limit, page.before ?? null, page.id ?? null, page.status ?? null],
  );
  return rows;
}

/** The back-fill of an id, or null. */
export async function findBackfill(db: Db, id: string): Promise<BackfillRow | null> {
  const [found] = await listBackfills(db, { limit: 1, id });
  return found ?? null;
}
