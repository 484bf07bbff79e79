import type { Db } from '../db';
import { CodeDetail, EnvironmentDetail } from './key-part';

/** What stood behind a digest of code, or null when the records do not say. */
export async function findCode(db: Db, digest: string): Promise<CodeDetail | null> {
  return CodeDetail.nullable().parse(await find(db, 'code', digest));
}

/** What stood behind a digest of an environment, or null when the records do not say. */
export async function findEnvironment(db: Db, digest: string): Promise<EnvironmentDetail | null> {
  return EnvironmentDetail.nullable().parse(await find(db, 'environment', digest));
}

async function find(db: Db, part: string, digest: string): Promise<unknown> {
  const { rows } = await db.query<{ detail: unknown }>(
    `SELECT detail FROM cache_key_parts WHERE digest = $1 AND part = $2`,
    [digest, part],
  );
  return rows[0]?.detail ?? null;
}
