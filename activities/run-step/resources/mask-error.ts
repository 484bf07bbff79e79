import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { JsonValue } from '../json-value';
import type { Mask } from './mask';

/**
 * An error as Temporal may keep it: message, stack, details and causes masked. A copy, since errors may be frozen and
 * belong to whoever threw them.
 */
export function maskError(mask: Mask, error: unknown): unknown {
  return mask.active ? copy(mask, error, new Set()) : error;
}

function copy(mask: Mask, error: unknown, seen: Set<unknown>): unknown {
  if (!(error instanceof Error)) return maskAny(mask, error);
  // A cause that leads back to itself ends here.
  if (seen.has(error)) return undefined;
  seen.add(error);
  const masked = sameKind(mask, error, mask.text(error.message), causeOf(mask, error, seen));
  if (error.stack !== undefined) masked.stack = mask.text(error.stack);
  return masked;
}

function sameKind(mask: Mask, error: Error, message: string, cause: Error | undefined): Error {
  if (error instanceof ApplicationFailure) {
    const { type, nonRetryable, category } = error;
    const details = error.details?.map((detail) => maskAny(mask, detail));
    const kind = typeof type === 'string' ? mask.text(type) : type;
    return new ApplicationFailure(message, kind, nonRetryable, details, cause, error.nextRetryDelay, category);
  }
  if (error instanceof CancelledFailure) {
    return new CancelledFailure(
      message,
      error.details.map((detail) => maskAny(mask, detail)),
      cause,
    );
  }
  const plain = new Error(message, cause === undefined ? {} : { cause });
  plain.name = mask.text(error.name);
  return plain;
}

function causeOf(mask: Mask, error: Error, seen: Set<unknown>): Error | undefined {
  if (error.cause === undefined) return undefined;
  const cause = copy(mask, error.cause, seen);
  if (cause === undefined || cause instanceof Error) return cause;
  return new Error(typeof cause === 'string' ? cause : JSON.stringify(cause));
}

/** What is not an error: masked as JSON. What has no JSON form is told by its kind. */
function maskAny(mask: Mask, value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    const json = JsonValue.parse(JSON.parse(JSON.stringify(value)));
    return mask.find(json) === null ? value : mask.json(json);
  } catch {
    // A function, a bigint, what refers to itself: its kind is all that is told.
    return `a ${typeof value} without JSON form`;
  }
}
