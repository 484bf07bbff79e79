import type { Json } from '../../core/plan/json';
import type { Db } from '../db';
import type { CacheReason, Cost, NewCacheEntry } from './node-row';

/** What an execution has to say when it has succeeded. */
export interface Commit {
  readonly run: string;
  readonly address: string;
  readonly fence: number;
  readonly output: Json;
  readonly cache: CacheReason;
  readonly cost: Cost;
  /** The entry to store for later runs; null: none. */
  readonly entry: NewCacheEntry | null;
}

/** What makes a commit safe: {@link COMMIT} without it is what the tests compare with. */
export const FENCED = 'AND fence = $3 AND output IS NULL';

/** One statement, so all of it or nothing. An execution whose commit is tried again after a lost reply stays committed. */
export const COMMIT = `WITH committed AS (
     UPDATE nodes SET output = $4, status = 'completed', cache = $5, error = NULL, ended_at = now()
     WHERE run_id = $1 AND address = $2 ${FENCED}
     RETURNING fence
   ), ended AS (
     UPDATE executions SET
       outcome = CASE WHEN EXISTS (SELECT FROM committed) THEN 'committed' ELSE 'fenced-off' END, ended_at = now()
     WHERE run_id = $1 AND address = $2 AND fence = $3 AND outcome IS DISTINCT FROM 'committed'
   ), cost AS (
     INSERT INTO cost_entries (run_id, address, fence, wall_ms, cpu_ms, peak_rss, gpu_ms, estimated)
     SELECT $1, $2, $3, $6, $7, $8, $9, $10
     ON CONFLICT (run_id, address, fence) DO NOTHING
   ), entry AS (
     INSERT INTO cache_entries (key, step, parts, output, run_id, address)
     SELECT $11, $12, $13, $4, $1, $2 FROM committed WHERE $11::text IS NOT NULL
     ON CONFLICT (key) DO UPDATE SET
       output = EXCLUDED.output, run_id = EXCLUDED.run_id, address = EXCLUDED.address, recorded_at = now()
   )
   SELECT fence FROM committed`;

/** The values of {@link COMMIT}, in its order. */
export function commitValues(commit: Commit): (string | number | boolean | null)[] {
  return [
    commit.run,
    commit.address,
    commit.fence,
    JSON.stringify(commit.output),
    JSON.stringify(commit.cache),
    commit.cost.wallMs,
    commit.cost.cpuMs,
    commit.cost.peakRss,
    commit.cost.gpuMs,
    commit.cost.estimated,
    commit.entry?.key ?? null,
    commit.entry?.step ?? null,
    commit.entry === null ? null : JSON.stringify(commit.entry.parts),
  ];
}

/**
 * Commits a node's output if this execution still holds the newest fence and nothing is committed, together with the
 * execution's end, its cost and the cache entry.
 *
 * @returns false when the execution was overtaken; then only its own row is marked, as fenced off; and when it had
 * committed already
 */
export async function commitNode(db: Db, commit: Commit): Promise<boolean> {
  const { rows } = await db.query({ name: 'commit-node', text: COMMIT, values: commitValues(commit) });
  return rows.length > 0;
}
