import { isPerennialError } from '../errors/in-workflows';
import type { EndStatus, Failure } from './state';

/** What an error thrown inside the interpreter means for the node that it is about. */
export function failureOf(error: unknown): Failure {
  if (isPerennialError(error)) {
    return { type: error.code, message: error.message, fault: error.fault, retryable: error.retryable };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'PER_FLOW_009', message, fault: 'engine', retryable: false };
}

/** What the end of a shard or of a called run, which did not complete, means for the node that waits for it. */
export function failureOfEnd(end: {
  readonly status: EndStatus;
  readonly reason: string | null;
  readonly failure: Failure | null;
}): Failure {
  const { status, reason, failure } = end;
  return {
    type: failure?.type ?? status,
    message: reason ?? status,
    fault: failure?.fault ?? 'engine',
    retryable: false,
  };
}
