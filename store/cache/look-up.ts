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

/**
 * The entry of a key; where there is none, the one to say of what differed: the step's newest at the same address, else
 * its newest.
 */
export async function lookUpCache(
  db: Db,
  wanted: { readonly step: string; readonly key: string; readonly address: string },
): Promise<CacheEntry | null> {
  const { rows } = await db.query<CacheEntry>(
    `(SELECT 0 AS rank, key, parts, output, run_id, address FROM cache_entries WHERE key = $2)
     UNION ALL
     (SELECT 1, key, parts, NULL, run_id, address FROM cache_entries
      WHERE step = $1 AND address = $3 ORDER BY recorded_at DESC LIMIT 1)
     UNION ALL
     (SELECT 2, key, parts, NULL, run_id, address FROM cache_entries WHERE step = $1 ORDER BY recorded_at DESC LIMIT 1)
     ORDER BY rank LIMIT 1`,
    [wanted.step, wanted.key, wanted.address],
  );
  return rows[0] ?? null;
}
