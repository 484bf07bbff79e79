import { setTimeout as sleep } from 'node:timers/promises';
import { isPerennialError, perennialError } from '../../core/errors';
import { heartbeatLimit } from './beat';

/** Waits between tries, ms: enough for a restart of Postgres. */
const WAITS = [100, 400, 1_000, 2_000, 4_000];
/** The wait after those where there is more patience, ms. */
const LONG_WAIT = 5_000;
/** For how long a result is held for records that are away, ms. */
const PATIENCE = 10 * 60_000;

/** How long to go on trying. */
export interface Patience {
  /** Waits between tries, ms; when they end, so does the patience. */
  readonly waits: Iterable<number>;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

const BRIEF: Patience = { waits: WAITS };

/**
 * The patience for the result of a claimed execution: what took hours is not given up for an outage of minutes. Only
 * while heartbeats go out: without them Temporal would take the execution for dead, and waiting would help nobody. A
 * cancellation (Temporal gave it to another, the run is over, the worker stops) ends it.
 */
export function patienceFor(temporal: {
  readonly info: { readonly heartbeatTimeoutMs?: number | undefined };
  readonly cancellationSignal: AbortSignal;
}): Patience {
  if (heartbeatLimit(temporal.info) === null) return BRIEF;
  return { waits: waitsFor(PATIENCE), signal: temporal.cancellationSignal };
}

function* waitsFor(patience: number): Generator<number> {
  const end = performance.now() + patience;
  yield* WAITS;
  while (performance.now() < end) yield LONG_WAIT;
}

/**
 * Runs a claim or commit against the records, trying again while the connection is what fails. Safe to repeat: claims
 * and commits carry a fence, so a try that had committed unseen is recognised by the next.
 *
 * @throws PER_RUN_009 with the cause, when the records cannot be reached
 */
export async function withRecords<T>(what: string, work: () => Promise<T>, patience = BRIEF): Promise<T> {
  const waits = patience.waits[Symbol.iterator]();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isPerennialError(error)) throw error;
      const wait = isConnectionError(error) ? waits.next() : { done: true as const };
      if (wait.done === true || patience.signal?.aborted) throw asRecordsError(what, error);
      // An abort only ends the wait: one more try does no harm, and the next error ends it.
      await sleep(wait.value, undefined, { signal: patience.signal }).catch(() => undefined);
    }
  }
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
