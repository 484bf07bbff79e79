import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Whether two paths are of one folder, whatever links they go over; it need not be there yet. */
export function isSameFolder(one: string, other: string): boolean {
  return realPath(resolve(one)) === realPath(resolve(other));
}

/** A path without links, as far as it is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), basename(path));
  }
}
