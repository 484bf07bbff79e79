import { isGrpcServiceError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { type ErrorCode, ERRORS, perennialError } from '../core/errors';
import { SEARCH_ATTRIBUTE_NAMES } from '../core/plan/search-attributes';

/** gRPC's codes of a server that did not answer in time (4) or is not there (14). */
const UNANSWERED: readonly number[] = [4, 14];

/** What a namespace says in which no worker has registered the engine's attributes: at a start, and at a list. */
function isOfSearchAttribute(details: string): boolean {
  return (
    /search attribute/i.test(details) && Object.values(SEARCH_ATTRIBUTE_NAMES).some((name) => details.includes(name))
  );
}

/**
 * Says what a failed call to Temporal means: an unreachable server is PER_STACK_009, one without the
 * engine's search attributes PER_STACK_101, everything else stays what it is.
 * Answers what is to be thrown.
 */
export function temporalFailure(error: unknown): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isGrpcServiceError(cause) && UNANSWERED.includes(cause.code)) {
    return perennialError('PER_STACK_009', `Temporal does not answer (${cause.details}).`, { cause: error });
  }
  if (isGrpcServiceError(cause) && isOfSearchAttribute(cause.details)) {
    return perennialError('PER_STACK_101', `Temporal refuses a search attribute (${cause.details}).`, { cause: error });
  }
  return error;
}

/** What a workflow refused with: a code of the table, and what it says beside the code and the table's fix. null: no such code. */
export function sayingOf({
  type,
  message,
}: Pick<ApplicationFailure, 'type' | 'message'>): { readonly code: ErrorCode; readonly detail: string } | null {
  const isCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);
  if (typeof type !== 'string' || !isCode(type)) return null;
  return { code: type, detail: message.replace(`[${type}] `, '').replace(` ${ERRORS[type].fix}`, '') };
}
