import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Which packages a project's code runs with: the SHA-256 of its package-lock.json, in hex. They are no part of the
 * project's bundle, so the digest of its code does not tell them. Taken once when a worker starts, which is when it
 * loads them: packages that are installed later need a new worker.
 *
 * @param project the project's folder
 * @returns null when it has no lockfile
 * @throws what the file system raises when there is one that cannot be read
 */
export function packagesDigest(project: string): string | null {
  const lockfile = join(project, 'package-lock.json');
  return existsSync(lockfile) ? createHash('sha256').update(readFileSync(lockfile)).digest('hex') : null;
}
