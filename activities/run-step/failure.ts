import { ApplicationFailure } from '@temporalio/common';
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
    message: recordable(mask.text(messageOf(error)).slice(0, MESSAGE_LIMIT)),
    fault: said.fault,
    retryable: said.retryable && !names.some((name) => never.includes(name)),
    ...(nextDelay === null ? {} : { nextDelay }),
    ...(error instanceof Error && error.stack !== undefined ? { stack: mask.text(error.stack) } : {}),
  };
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
    return msToNumber(error.nextRetryDelay);
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

/** Postgres keeps neither NUL nor half of a surrogate pair, and a message may hold anything. */
function recordable(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
