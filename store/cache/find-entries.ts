import type { Db } from '../db';
import type { CacheEntry } from './look-up';

/** The entries of some keys. A key without one is left out. */
export async function findEntries(db: Db, keys: readonly string[]): Promise<CacheEntry[]> {
  const { rows } = await db.query<CacheEntry>(
    `SELECT key, parts, output, run_id, address FROM cache_entries WHERE key = ANY($1)`,
    [keys],
  );
  return rows;
}
