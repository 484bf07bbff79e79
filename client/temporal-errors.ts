import { isGrpcServiceError } from '@temporalio/client';
import { perennialError } from '../core/errors';

/** gRPC's codes of a server that is not there or did not answer in time. */
const UNAVAILABLE = 14;
const DEADLINE_EXCEEDED = 4;

/**
 * Says what a failed call to Temporal means: an unreachable server is PER_STACK_009, everything else stays what it is.
 * Answers what is to be thrown.
 */
export function temporalFailure(error: unknown): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isGrpcServiceError(cause) && (cause.code === UNAVAILABLE || cause.code === DEADLINE_EXCEEDED)) {
    return perennialError('PER_STACK_009', `Temporal does not answer (${cause.details}).`, { cause: error });
  }
  return error;
}
