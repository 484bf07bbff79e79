import { isPerennialError } from '../errors';
import type { Failure } from './state';

/** What an error thrown inside the interpreter means for the node that it is about. */
export function failureOf(error: unknown): Failure {
  if (isPerennialError(error)) {
    return { type: error.code, message: error.message, fault: error.fault, retryable: error.retryable };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'PER_FLOW_009', message, fault: 'engine', retryable: false };
}
