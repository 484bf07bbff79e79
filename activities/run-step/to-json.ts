import type { Json } from '../../core';
import { perennialError } from '../../core/errors';
import { JsonValue } from './json-value';

/** Most bytes of a node's inline output. Temporal refuses payloads of 2 MB, and a history holds many of them. */
export const OUTPUT_LIMIT = 64 * 1024;

/**
 * A step's output as the JSON that is recorded and travels. An absent value is null.
 *
 * @throws PER_RUN_007 when JSON or Postgres has no form for it, PER_RUN_006 when it is above {@link OUTPUT_LIMIT};
 * neither is retried: the same code would return the same again, for ever
 */
export function toOutput(value: unknown, step: string): Json {
  const what = `The output of the step '${step}'`;
  const text = serialise(value, what);
  const bytes = Buffer.byteLength(text);
  if (bytes > OUTPUT_LIMIT)
    throw perennialError('PER_RUN_006', `${what} has ${bytes} bytes; the limit is ${OUTPUT_LIMIT}.`);
  return JsonValue.parse(JSON.parse(text));
}

/** Any value as JSON. `what` names it in the error. @throws PER_RUN_007 */
export function toJson(value: unknown, what: string): Json {
  return JsonValue.parse(JSON.parse(serialise(value, what)));
}

function serialise(value: unknown, what: string): string {
  try {
    return JSON.stringify(value ?? null, refuseFormless);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw perennialError('PER_RUN_007', `${what} cannot be kept: ${why}.`, { cause });
  }
}

/** JSON.stringify writes NaN as null in silence; Postgres has no NUL and no half of a surrogate pair. */
function refuseFormless(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`'${key}' is ${value}`);
  if (typeof value === 'string' && isFormless(value)) throw new TypeError(`'${key}' has characters that no text has`);
  if (isFormless(key)) throw new TypeError('a key has characters that no text has');
  // Set on a plain object it would change the object's nature instead of a field, and be lost.
  if (key === '__proto__') throw new TypeError("a key is '__proto__'");
  return value;
}

function isFormless(text: string): boolean {
  return text.includes('\0') || /\p{Surrogate}/u.test(text);
}
