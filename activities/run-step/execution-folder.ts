import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tells a child process where its execution's folder is. */
export const FOLDER = 'PERENNIAL_FOLDER';

/** Does work in a folder of its own that nobody else may enter, and that is gone afterwards. */
export async function withExecutionFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'perennial-execution-'));
  try {
    await mkdir(temporaryIn(folder), { mode: 0o700 });
    return await work(folder);
  } finally {
    // What a program has made unreadable stays, in a folder that only its owner can enter.
    await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  }
}

/** The place for temporary files in an execution's folder: those of a process that is killed go with it. */
export function temporaryIn(folder: string): string {
  return join(folder, 'temporary');
}

/**
 * Ends this process and its whole group at once, its worker being gone. The execution's folder goes first: there is
 * nobody left to remove it.
 */
export function endGroup(folder: string): never {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Something of the group still writes there.
  }
  process.kill(-process.pid, 'SIGKILL');
  process.exit(1);
}
