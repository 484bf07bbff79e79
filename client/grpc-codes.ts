import { isGrpcServiceError } from '@temporalio/client';

/** Codes of gRPC that Temporal answers with. */
export const NOT_FOUND = 5;
export const ALREADY_EXISTS = 6;
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;
const UNIMPLEMENTED = 12;
const UNAUTHENTICATED = 16;

/** Said of a build that no worker has polled of yet, or while another change of the deployment is under way. */
export const NOT_YET: readonly number[] = [NOT_FOUND, FAILED_PRECONDITION, ABORTED];

/** Said by a server that does not do something: not now or not so, not for us, or not at all. */
export const REFUSALS: readonly number[] = [
  ...[INVALID_ARGUMENT, FAILED_PRECONDITION, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED],
];

/** Whether it is an answer of Temporal's with that code of gRPC, or with one of those. */
export function isGrpc(error: unknown, codes: number | readonly number[]): boolean {
  return isGrpcServiceError(error) && (typeof codes === 'number' ? [codes] : codes).includes(error.code);
}
