import { isGrpcServiceError } from '@temporalio/client';

/** gRPC's. */
export const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;

/** Said of a build that no worker has polled of yet, or while another change of the deployment is under way. */
export const NOT_YET: readonly number[] = [NOT_FOUND, FAILED_PRECONDITION, ABORTED];

/** Whether it is an answer of Temporal's with that code of gRPC. */
export function isGrpc(error: unknown, code: number): boolean {
  return isGrpcServiceError(error) && `${error.code}` === `${code}`;
}
