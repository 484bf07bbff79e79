import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';
import { z } from 'zod';
import { isPerennialError, type Fault } from '../../core/errors';
import type { RecordedError } from '../../store/nodes/node-row';
import { lineIn } from './frames';
import { type Mask, NO_MASK } from './resources';

/** An error as data: it crosses the border of a child process, goes into the records, and becomes Temporal's failure. */
export const Failure = z.object({
  type: z.string(),
  message: z.string(),
  fault: z.enum(['user', 'engine']),
  retryable: z.boolean(),
  /** How long the next execution is to be waited for, ms, when the step's own code says so. */
  nextDelay: z.number().optional(),
  stack: z.string().optional(),
});
export type Failure = z.infer<typeof Failure>;

/** Temporal keeps 4 KiB of a failure. */
const MESSAGE_LIMIT = 2_000;

/**
 * What an error means. Errors of the engine's table say so themselves; anything else that a step's code throws is a
 * fault of that code, and tried again unless the contract's `never` names its class or code.
 *
 * @param mask takes the values of resources out of what is said, before it is cut
 */
export function describe(error: unknown, never: readonly string[] = [], mask: Mask = NO_MASK): Failure {
  const names = namesOf(error);
  const said = ownWord(error);
  const nextDelay = ownDelay(error);
  return {
    type: mask.text(names[0] ?? 'Error'),
    message: toMessage(messageOf(error), mask),
    fault: said.fault,
    retryable: said.retryable && !names.some((name) => never.includes(name)),
    ...(nextDelay === null ? {} : { nextDelay }),
    ...(error instanceof Error && error.stack !== undefined ? { stack: mask.text(error.stack) } : {}),
  };
}

/** A failure that another process tells of, whose code may say to its worker what it likes. */
export function maskFailure(failure: Failure, mask: Mask): Failure {
  const { type, message, stack } = failure;
  const said = { type: mask.text(type), message: toMessage(message, mask) };
  return { ...failure, ...said, ...(stack === undefined ? {} : { stack: mask.text(stack) }) };
}

/** The failure as Temporal's: the code is its type, and the fault travels in its details. */
export function toApplicationFailure(failure: Failure, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type: failure.type,
    message: failure.message,
    nonRetryable: !failure.retryable,
    details: [{ fault: failure.fault }],
    ...(failure.nextDelay === undefined ? {} : { nextRetryDelay: failure.nextDelay }),
    ...(cause instanceof Error ? { cause } : {}),
  });
}

/** What an activity ends with, whatever was thrown: what the SDK has no form for would end its whole worker. */
export function forTemporal(error: unknown, never: readonly string[]): unknown {
  if (error instanceof CancelledFailure) return error;
  if (!(error instanceof ApplicationFailure)) return toApplicationFailure(describe(error, never), error);
  if (error.nextRetryDelay == null || ownDelay(error) !== null) return error;
  const { type, nonRetryable, details, cause, category } = error;
  const sound = new ApplicationFailure(error.message, type, nonRetryable, details, cause, undefined, category);
  if (error.stack !== undefined) sound.stack = error.stack;
  return sound;
}

/** The failure as records keep it: of its stack the innermost line of the project in this folder. */
export function toRecord(failure: Failure, project: string): RecordedError {
  const { type, message, fault, retryable, nextDelay, stack } = failure;
  const at = stack === undefined ? null : lineIn(stack, message, project);
  const more = { ...(nextDelay === undefined ? {} : { nextDelay }), ...(at === null ? {} : { at }) };
  return { type, message, fault, retryable, ...more };
}

function ownWord(error: unknown): { fault: Fault; retryable: boolean } {
  if (isPerennialError(error)) return { fault: error.fault, retryable: error.retryable };
  if (error instanceof ApplicationFailure) return { fault: 'user', retryable: error.nonRetryable !== true };
  return { fault: 'user', retryable: true };
}

/** ms; null: the retries of the contract say. */
function ownDelay(error: unknown): number | null {
  if (!(error instanceof ApplicationFailure) || error.nextRetryDelay == null) return null;
  try {
    const delay = msToNumber(error.nextRetryDelay);
    return Number.isFinite(delay) ? delay : null;
  } catch {
    // A text that is no length of time: what failed has to be told all the same.
    return null;
  }
}

/** What an error may be called by, the best name first: its code or type, its name, its class. */
function namesOf(error: unknown): string[] {
  if (isPerennialError(error)) return [error.code];
  if (!(error instanceof Error)) return ['Error'];
  const type = error instanceof ApplicationFailure ? error.type : null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const name = error.name === 'Error' ? error.constructor.name : error.name;
  return [type, code, name].filter((n): n is string => typeof n === 'string' && n !== '');
}

/** Masked when nothing is taken out any more that may stand in the middle of a value, and before it is cut. */
function toMessage(text: string, mask: Mask): string {
  return recordable(mask.text(recordable(text)).slice(0, MESSAGE_LIMIT));
}

/** Postgres keeps neither NUL nor half of a surrogate pair, and a message may hold anything. */
function recordable(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
