import type { Db } from '../db';
import type { CacheParts } from '../nodes/node-row';

/** A cache entry without its output: what names it and which node's output it keeps. */
export interface CacheEntryRow {
  readonly key: string;
  readonly parts: CacheParts;
  readonly run_id: string;
  readonly address: string;
}

/**
 * The cache entry that keeps the output of a node, or null: nothing was kept, or a later run with the same key has
 * put its own output there.
 */
export async function findEntry(
  db: Db,
  of: { readonly step: string; readonly run: string; readonly address: string },
): Promise<CacheEntryRow | null> {
  const { rows } = await db.query<CacheEntryRow>(
    `SELECT key, parts, run_id, address FROM cache_entries
     WHERE step = $1 AND run_id = $2 AND address = $3 ORDER BY recorded_at DESC LIMIT 1`,
    [of.step, of.run, of.address],
  );
  return rows[0] ?? null;
}
