import { rm, stat } from 'node:fs/promises';
import type { Pool, PoolClient } from 'pg';
import { perennialError } from '../../core/errors';
import { transaction } from '../db';
import { blobPath, isMissing } from './blob-path';
import { REMOVAL_LOCK } from './removal-lock';

/**
 * Removes files of the store that no record names, and that were last written before a time. It holds up whoever records an artifact
 * meanwhile: one whose file goes here finds that out when it has recorded it, and writes it once more.
 *
 * @param root the folder of the artifact store
 * @param before ms since 1970: what is younger may be one that is just being recorded
 * @returns those of `digests` that have no record and no file any more
 */
export async function removeUnrecorded(
  db: Pool,
  root: string,
  digests: readonly string[],
  before: number,
): Promise<string[]> {
  const strange = digests.find((digest) => !/^[0-9a-f]{64}$/.test(digest));
  if (strange !== undefined) throw perennialError('PER_RUN_002', `'${strange}' is not the name of an artifact.`);
  return transaction(db, (tx) => removeIn(tx, root, digests, before));
}

/** The same in a transaction of the caller's. */
export async function removeIn(
  tx: PoolClient,
  root: string,
  digests: readonly string[],
  before: number,
): Promise<string[]> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [REMOVAL_LOCK]);
  const recorded = await findRecorded(tx, digests);
  const gone: string[] = [];
  for (const digest of digests) {
    if (!recorded.has(digest) && (await unlinkOld(blobPath(root, digest), before))) gone.push(digest);
  }
  return gone;
}

/** Those of some digests that have a record of a blob that is there, or is about to go in an orderly way. */
export async function findRecorded(db: Pool | PoolClient, digests: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ digest: string }>(
    'SELECT digest FROM artifacts WHERE digest = ANY($1::text[]) AND removed_at IS NULL LIMIT $2',
    [digests, digests.length],
  );
  return new Set(rows.map(({ digest }) => digest));
}

/** Removes a file that was last written before a time, ms. @returns whether there is no such file any more */
export async function unlinkOld(path: string, before: number): Promise<boolean> {
  try {
    if ((await stat(path)).mtimeMs >= before) return false;
    await rm(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return true;
}
