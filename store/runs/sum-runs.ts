import { z } from 'zod';
import type { Db } from '../db';

const Rows = z.array(
  z.object({
    pipeline: z.string(),
    status: z.string(),
    count: z.int(),
    seconds: z.number(),
    nodes: z.int(),
    hits: z.int(),
  }),
);

/** Ended runs by pipeline and status: how many, their median wall seconds, their nodes, and how many of those the cache answered. */
export async function sumRuns(db: Db): Promise<z.infer<typeof Rows>> {
  const { rows } = await db.query(
    `SELECT r.pipeline, r.status, count(*) AS count,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.ended_at - r.started_at)) AS seconds,
            coalesce(sum(n.nodes), 0)::bigint AS nodes, coalesce(sum(n.hits), 0)::bigint AS hits
     FROM runs r
     LEFT JOIN LATERAL (
       SELECT count(*) AS nodes, count(*) FILTER (WHERE cache @> '{"hit": true}') AS hits
       FROM nodes WHERE run_id = r.id
     ) n ON true
     WHERE r.ended_at IS NOT NULL
     GROUP BY r.pipeline, r.status ORDER BY r.pipeline, r.status`,
  );
  return Rows.parse(rows);
}
