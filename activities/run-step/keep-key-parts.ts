import type { Pool } from 'pg';
import { addKeyParts } from '../../store/cache/add-key-parts';
import type { KeyPart } from '../../store/cache/key-part';

/** What this process has kept already, for each of its pools: a worker's steps have a few digests in all its life. */
const kept = new WeakMap<Pool, Set<string>>();

/** Keeps what stands behind the digests of a key, once a process. */
export async function keepKeyParts(db: Pool, parts: readonly KeyPart[]): Promise<void> {
  const done = kept.get(db) ?? new Set<string>();
  kept.set(db, done);
  const open = parts.filter(({ digest }) => !done.has(digest));
  if (open.length === 0) return;
  await addKeyParts(db, open);
  for (const { digest } of open) done.add(digest);
}
