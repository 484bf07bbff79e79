import { join } from 'node:path';

/** Where the store below `root` has the blob of a digest. */
export function blobPath(root: string, digest: string): string {
  return join(root, 'sha256', digest.slice(0, 2), digest.slice(2));
}

/** Whether an error of a file says that it is not there. */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
