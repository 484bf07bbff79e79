import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { perennialError } from '../../core/errors';

/** A file that is younger than this may be one that is just being recorded, ms. */
const FRESH = 3_600_000;

/**
 * Removes the file of a blob that no record names, unless it was written in the last hour: its record may be on its way then.
 * It is moved aside and looked at again there: one that has taken its place in between is put back.
 *
 * @param root the folder of the artifact store
 * @returns whether there is no such file any more
 */
export async function removeBlob(root: string, digest: string, now = Date.now()): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(digest))
    throw perennialError('PER_RUN_002', `'${digest}' is not the name of an artifact.`);
  const path = join(root, 'sha256', digest.slice(0, 2), digest.slice(2));
  const aside = join(root, 'temporary', `removed-${digest}`);
  const isFresh = async (file: string): Promise<boolean> => now - (await stat(file)).mtimeMs < FRESH;
  await mkdir(dirname(aside), { recursive: true });
  try {
    if (await isFresh(path)) return false;
    await rename(path, aside);
  } catch (error) {
    if (!isMissing(error)) throw error;
    // A kill may have come between the two.
    await rm(aside, { force: true });
    return true;
  }
  if (await isFresh(aside)) {
    await rename(aside, path);
    return false;
  }
  await rm(aside, { force: true });
  return true;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
