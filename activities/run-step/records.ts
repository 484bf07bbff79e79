import { setTimeout as sleep } from 'node:timers/promises';
import { isPerennialError, perennialError } from '../../core/errors';

/** Waits between tries of a commit, ms: a result that took hours is not given up for a restart of Postgres. */
const WAITS = [100, 400, 1_000, 2_000, 4_000];

/**
 * Runs a claim or commit against the records, trying again while the connection is what fails. Safe to repeat: claims
 * and commits carry a fence, so a try that had committed unseen is recognised by the next.
 *
 * @throws PER_RUN_009 with the cause, when the records cannot be reached
 */
export async function withRecords<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (const wait of [...WAITS, null]) {
    try {
      return await work();
    } catch (error) {
      if (isPerennialError(error)) throw error;
      if (wait === null || !isConnectionError(error)) throw asRecordsError(what, error);
    }
    await sleep(wait);
  }
  throw perennialError('PER_RUN_009', `Could not ${what}.`);
}

/** An error of an effect that a step queued: the step's own, not the records'. */
export class EffectError extends Error {
  override readonly name = 'EffectError';
  constructor(override readonly cause: unknown) {
    super('an effect of the step failed', { cause });
  }
}

function asRecordsError(what: string, error: unknown): unknown {
  if (error instanceof EffectError) return error.cause;
  const why = error instanceof Error ? error.message : String(error);
  return perennialError('PER_RUN_009', `Could not ${what}: ${why}.`, { cause: error });
}

/** Connection lost, server starting or stopping, serialisation failure or deadlock: another try may well succeed. */
function isConnectionError(error: unknown): boolean {
  if (error instanceof EffectError) return isConnectionError(error.cause);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    /^(08|57P|40001|40P01|53300|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT)/.test(code) ||
    /connection|timeout/i.test(error.message)
  );
}
