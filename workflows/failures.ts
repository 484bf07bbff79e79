import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { perennialError } from '../core/errors/in-workflows';
// By their files: a hand-written workflow has the rest of the interpreter not in its bundle.
import { failureOf, failureOfEnd } from '../core/interpret/failure';
import type { Failure, NodeEvent } from '../core/interpret/state';
import type { EndStatus } from '../core/keep/event';

/** The event that the end of a node's activity or child workflow by an error is. */
export function eventOf(address: string, error: unknown): NodeEvent {
  if (isCancellation(error)) return { type: 'cancelled', address };
  return { type: 'failed', address, failure: readFailure(address, error) };
}

function readFailure(address: string, error: unknown): Failure {
  const cause = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    return {
      type: cause.type ?? 'Error',
      message: cause.message,
      fault: faultIn(cause.details),
      retryable: cause.nonRetryable !== true,
    };
  }
  if (cause instanceof TimeoutFailure) return readTimeout(address, cause);
  if (cause instanceof TerminatedFailure)
    return failureOf(perennialError('PER_FLOW_006', `${address} was terminated.`));
  return failureOf(error);
}

function readTimeout(address: string, cause: TimeoutFailure): Failure {
  if (cause.timeoutType === 'HEARTBEAT') {
    return failureOf(perennialError('PER_FLOW_008', `The worker of ${address} fell silent.`));
  }
  return failureOf(
    perennialError(
      'PER_RUN_019',
      `${address} took longer than its time-out${cause.timeoutType === 'START_TO_CLOSE' ? '' : `, ${cause.timeoutType}`}.`,
    ),
  );
}

/** An activity says in its failure's details whose fault it was. */
function faultIn(details: unknown): Failure['fault'] {
  const first: unknown = Array.isArray(details) ? details[0] : null;
  const says = typeof first === 'object' && first !== null && 'fault' in first ? first.fault : null;
  return says === 'engine' ? 'engine' : 'user';
}

/** The error that a workflow ends with, from the interpreter's last word. */
export function errorOf(status: 'failed' | 'cancelled' | 'rejected', reason: string, failure: Failure | null): Error {
  if (status === 'cancelled') return new CancelledFailure(reason);
  const { type, message, fault } = failureOfEnd({ status, reason, failure });
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [{ status, fault }] });
}

/** How a child that failed ended, in the records' words. */
export function endOf(error: unknown): { readonly status: EndStatus; readonly reason: string } {
  const cause: unknown = error instanceof ChildWorkflowFailure ? error.cause : error;
  const reason = cause instanceof Error ? cause.message.slice(0, 2_000) : String(cause);
  if (cause instanceof CancelledFailure) return { status: 'cancelled', reason };
  if (cause instanceof TerminatedFailure) return { status: 'terminated', reason };
  if (cause instanceof TimeoutFailure) return { status: 'timed-out', reason };
  return { status: 'failed', reason };
}
