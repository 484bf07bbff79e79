import { perennialError } from '../errors/in-workflows';
import { type Duration, milliseconds } from './duration';
import type { PlanRetry } from './plan';

/** How often and when a failed execution is tried again. */
export interface RetryOptions {
  /** Executions at most, the first counted. Default 3. */
  readonly attempts?: number;
  /** Wait before the second execution. Default 1 s. */
  readonly firstDelay?: Duration;
  /** Each wait is this many times the one before. Default 2. */
  readonly factor?: number;
  /** Longest wait. Default 1 min. */
  readonly maxDelay?: Duration;
  /** Codes or types of errors that are never tried again. Bad input never is, whatever stands here. */
  readonly never?: readonly string[];
}

const RETRY: PlanRetry = { attempts: 3, firstDelay: 1_000, factor: 2, maxDelay: 60_000, never: [] };

/** How long the next execution is waited for after the one of a number has failed (from 1), ms. */
export function delayAfter({ firstDelay, factor, maxDelay }: PlanRetry, attempt: number): number {
  return Math.min(firstDelay * factor ** (attempt - 1), maxDelay);
}

/**
 * How often and when a failed execution is tried again.
 *
 * @param base what counts where an option is left out
 * @throws PER_DEF_002; `what` names the step or its use in the message
 */
export function readRetry(what: string, retry: RetryOptions, base = RETRY): PlanRetry {
  const { attempts = base.attempts, factor = base.factor, never = base.never } = retry;
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw perennialError('PER_DEF_002', `retry.attempts of ${what} is ${attempts}, not a count from 1.`);
  }
  if (!Number.isFinite(factor) || factor < 1)
    throw perennialError('PER_DEF_002', `retry.factor of ${what} is below 1.`);
  const firstDelay = milliseconds(retry.firstDelay ?? base.firstDelay, `retry.firstDelay of ${what}`);
  const longest = Math.max(base.maxDelay, firstDelay);
  const maxDelay = milliseconds(retry.maxDelay ?? longest, `retry.maxDelay of ${what}`);
  return { attempts, firstDelay, factor, maxDelay, never: Object.freeze([...never]) };
}
