import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lock as guard } from 'proper-lockfile';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { endMarked, isAlive, isGoneWithin, ProcessMark } from './process-mark';
import { readJson, writePrivate } from './stack-file';

/** Who uses a state folder. The holder is the stack's supervisor; it ends with its launcher unless it is kept. */
const Lock = z.object({ holder: ProcessMark, launcher: ProcessMark, kept: z.boolean(), since: z.string() });
export type Lock = z.infer<typeof Lock>;

/** How long a folder may stay in use before that is an error: a stack that was just killed needs a moment to end. */
const PATIENCE = 4_000;
/** How long the supervisor of a launcher that is gone may take to end its parts. */
const ORPHAN_PATIENCE = 15_000;

/**
 * Takes a state folder for one stack. What a killed holder left does not count: holders are known by pid and start time.
 *
 * @throws PER_STACK_003 when another stack uses the folder; PER_STACK_014 when it cannot be written.
 */
export async function takeLock(state: string, mine: Omit<Lock, 'since'>): Promise<void> {
  makeFolder(state);
  const end = Date.now() + PATIENCE;
  for (;;) {
    const other = await tryTake(state, mine);
    if (other === null) return;
    if (!other.kept && !isAlive(other.launcher)) {
      if (!(await isGoneWithin(other.holder, ORPHAN_PATIENCE))) await endMarked(other.holder, 'SIGKILL', 1_000);
    } else if (other.kept || Date.now() > end) {
      const how = other.kept ? 'a stack that was kept' : `a stack that process ${other.launcher.pid} started`;
      throw perennialError(
        'PER_STACK_003',
        `The state folder ${state} is in use by ${how} (supervisor ${other.holder.pid}, since ${other.since}).`,
      );
    } else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Says that the stack now outlives its launcher. */
export function keepLock(state: string, holder: ProcessMark): void {
  const lock = readLock(state);
  if (lock?.holder.pid === holder.pid) writePrivate(file(state), { ...lock, kept: true });
}

/** Gives the folder back, when it is still ours. */
export function releaseLock(state: string, holder: ProcessMark): void {
  const lock = readLock(state);
  if (lock?.holder.pid === holder.pid && lock.holder.start === holder.start) rmSync(file(state), { force: true });
}

/** Who uses the folder; null when nobody who lives. */
export function lockHolder(state: string): Lock | null {
  const lock = readLock(state);
  return lock !== null && isAlive(lock.holder) ? lock : null;
}

/** Reading and writing the lock is one step for all: the guard is held for a moment and is stale after five seconds. */
async function tryTake(state: string, mine: Omit<Lock, 'since'>): Promise<Lock | null> {
  const release = await guard(state, {
    lockfilePath: join(state, '.guard'),
    stale: 5_000,
    retries: { retries: 60, factor: 1, minTimeout: 100, maxTimeout: 200 },
  });
  try {
    const other = lockHolder(state);
    if (other !== null) return other;
    writePrivate(file(state), { ...mine, since: new Date().toISOString() });
    return null;
  } finally {
    await release();
  }
}

function makeFolder(state: string): void {
  try {
    mkdirSync(join(state, 'logs'), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw perennialError('PER_STACK_014', `The state folder ${state} cannot be made or written by this user.`, {
      cause: error,
    });
  }
}

function readLock(state: string): Lock | null {
  const parsed = Lock.safeParse(readJson(file(state)));
  return parsed.success ? parsed.data : null;
}

function file(state: string): string {
  return join(state, 'lock.json');
}
