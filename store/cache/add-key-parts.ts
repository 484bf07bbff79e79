import type { Db } from '../db';
import type { KeyPart } from './key-part';

/** Keeps what stands behind digests of cache keys, so that it can be said later what differed. Known ones are left alone. */
export async function addKeyParts(db: Db, parts: readonly KeyPart[]): Promise<void> {
  await db.query(
    `INSERT INTO cache_key_parts (digest, part, detail)
     SELECT p->>'digest', p->>'part', p->'detail' FROM jsonb_array_elements($1::jsonb) AS p
     ON CONFLICT (digest) DO NOTHING`,
    [JSON.stringify(parts)],
  );
}
