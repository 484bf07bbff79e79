import type { Json } from '../../core/plan/json';
import type { Db } from '../db';
import type { CacheParts } from '../nodes/node-row';

/** An output that an earlier run committed, with what it depended on. */
export interface CacheEntry {
  readonly key: string;
  readonly parts: CacheParts;
  readonly output: Json;
  readonly run_id: string;
  readonly address: string;
}

/** The entry of a key; where there is none, the newest entry of the step, to say what differed. */
export async function lookUpCache(db: Db, step: string, key: string): Promise<CacheEntry | null> {
  const { rows } = await db.query<CacheEntry>(
    `(SELECT 0 AS rank, key, parts, output, run_id, address FROM cache_entries WHERE key = $2)
     UNION ALL
     (SELECT 1, key, parts, NULL, run_id, address FROM cache_entries WHERE step = $1 ORDER BY recorded_at DESC LIMIT 1)
     ORDER BY rank LIMIT 1`,
    [step, key],
  );
  return rows[0] ?? null;
}
