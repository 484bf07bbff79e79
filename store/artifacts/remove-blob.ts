import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { perennialError } from '../../core/errors';

/** A file that is younger than this may be one that is just being recorded, ms. */
const FRESH = 3_600_000;

/**
 * Removes the file of a blob that no record names. It is moved aside first and looked at there: one that has been written
 * anew in the last hour is put back, since its record may be on its way.
 *
 * @param root the folder of the artifact store
 * @returns whether there is no such file any more
 */
export async function removeBlob(root: string, digest: string, now = Date.now()): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(digest))
    throw perennialError('PER_RUN_002', `'${digest}' is not the name of an artifact.`);
  const path = join(root, 'sha256', digest.slice(0, 2), digest.slice(2));
  const aside = join(root, 'temporary', `removed-${digest}`);
  await mkdir(dirname(aside), { recursive: true });
  try {
    await rename(path, aside);
  } catch (error) {
    if (!isMissing(error)) throw error;
    // A kill may have come between the two.
    await rm(aside, { force: true });
    return true;
  }
  if (now - (await stat(aside)).mtimeMs < FRESH) {
    await rename(aside, path);
    return false;
  }
  await rm(aside, { force: true });
  return true;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
