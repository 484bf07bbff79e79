import { ApplicationFailure } from '@temporalio/common';
import { isPerennialError, type PerennialError } from '../../core/errors/in-workflows';
import type { Failure } from '../../core/interpret/state';

/** A failure as code that is written by hand catches it: the type is the stable code, or the name of the error's class. */
export function thrownOf({ type, message, fault, retryable }: Failure, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: !retryable,
    details: [{ fault }],
    ...(cause instanceof Error ? { cause } : {}),
  });
}

/** An error of the table as one that fails the workflow. As it is it would fail its task, which is tried without end. */
export function toFailure(error: PerennialError): ApplicationFailure {
  const { code: type, message, fault } = error;
  return thrownOf({ type, message, fault, retryable: false }, error.cause);
}

/** Does what may be refused by an error of the table. */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isPerennialError(error) ? toFailure(error) : error;
  }
}
