import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { perennialError } from '../../core/errors';

/** Key of the advisory lock that migrating processes queue behind. Any constant of our own will do. */
const LOCK = 7_235_301_944;

/** For how long a statement waits for a lock on a table, ms: everything that comes after it to the table waits with it. */
export const LOCK_TIMEOUT = 1_000;

/** Waits between tries for a lock, ms: half an hour in all, for what holds a table for so long. */
export const LOCK_WAITS: readonly number[] = [100, 300, 1_000, 3_000, ...Array.from({ length: 180 }, () => 10_000)];

/**
 * Waits until no other process migrates; the lock is given back when the client's connection ends. It asks again and again:
 * who waits inside of a statement holds a snapshot, and an index that is built concurrently waits for that to go.
 */
export async function lockMigrations(client: Client): Promise<void> {
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
    if (rows[0]?.mine === true) return;
    await sleep(wait);
  }
}

/**
 * Does work that gives up on a lock after {@link LOCK_TIMEOUT}, again after each wait until it has it.
 *
 * @param what is done: `the migration 14`
 * @throws PER_RUN_160 when the waits are over
 */
export async function withLockWaits<T>(
  what: string,
  work: () => Promise<T>,
  waits: readonly number[] = LOCK_WAITS,
): Promise<T> {
  for (const wait of waits) {
    try {
      return await work();
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
    }
    await sleep(wait);
  }
  try {
    return await work();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw perennialError('PER_RUN_160', `Of ${what} a statement did not get its lock in ${waits.length + 1} tries.`, {
      cause: error,
    });
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03';
}
