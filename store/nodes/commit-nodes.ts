import { columnsOf } from '../columns-of';
import type { Db } from '../db';
import { type Commit, commitValues } from './commit-node';

/** Commits several nodes, each as commitNode does, in one statement. No two may be of the same node. */
export async function commitNodes(db: Db, commits: readonly Commit[]): Promise<boolean[]> {
  const { rows } = await db.query<{ place: number }>({
    name: 'commit-nodes',
    text: `WITH done AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::jsonb[], $5::jsonb[], $6::float8[], $7::float8[],
                            $8::bigint[], $9::float8[], $10::boolean[], $11::text[], $12::text[], $13::jsonb[])
         WITH ORDINALITY AS t (run_id, address, fence, output, cache, wall_ms, cpu_ms, peak_rss, gpu_ms, estimated,
                               key, step, parts, place)
     ), committed AS (
       UPDATE nodes SET output = done.output, status = 'completed', cache = done.cache, error = NULL, ended_at = now()
       FROM done
       WHERE nodes.run_id = done.run_id AND nodes.address = done.address
         AND nodes.fence = done.fence AND nodes.output IS NULL
       RETURNING place
     ), ended AS (
       UPDATE executions AS e SET
         outcome = CASE WHEN place IN (SELECT place FROM committed) THEN 'committed' ELSE 'fenced-off' END,
         ended_at = now()
       FROM done
       WHERE e.run_id = done.run_id AND e.address = done.address AND e.fence = done.fence
         AND e.outcome IS DISTINCT FROM 'committed'
     ), cost AS (
       INSERT INTO cost_entries (run_id, address, fence, wall_ms, cpu_ms, peak_rss, gpu_ms, estimated)
       SELECT run_id, address, fence, wall_ms, cpu_ms, peak_rss, gpu_ms, estimated FROM done
       ON CONFLICT (run_id, address, fence) DO NOTHING
     ), entry AS (
       INSERT INTO cache_entries (key, step, parts, output, run_id, address)
       SELECT DISTINCT ON (key) key, step, parts, output, run_id, address
       FROM committed JOIN done USING (place) WHERE key IS NOT NULL ORDER BY key, place DESC
       ON CONFLICT (key) DO UPDATE SET
         output = EXCLUDED.output, run_id = EXCLUDED.run_id, address = EXCLUDED.address, recorded_at = now()
     )
     SELECT place FROM committed`,
    values: columnsOf(commits.map(commitValues)),
  });
  const places = new Set(rows.map(({ place }) => place));
  return commits.map((_, i) => places.has(i + 1));
}
