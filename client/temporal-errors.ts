import { isGrpcServiceError } from '@temporalio/client';
import { perennialError } from '../core/errors';

/** gRPC's codes of a server that did not answer in time (4) or is not there (14). */
const UNANSWERED: readonly number[] = [4, 14];

/**
 * Says what a failed call to Temporal means: an unreachable server is PER_STACK_009, everything else stays what it is.
 * Answers what is to be thrown.
 */
export function temporalFailure(error: unknown): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isGrpcServiceError(cause) && UNANSWERED.includes(cause.code)) {
    return perennialError('PER_STACK_009', `Temporal does not answer (${cause.details}).`, { cause: error });
  }
  return error;
}
