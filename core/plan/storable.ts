/** Most characters of a value as JSON text that the records take from outside. */
export const STORABLE_LIMIT = 64 * 1024;

/** How deep a value from outside may go. */
const DEPTH = 100;

/** Whether Postgres keeps a text: it has neither NUL nor half of a surrogate pair. */
export function isKeepable(text: string): boolean {
  return !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
}

/**
 * Why a value from outside cannot be kept as jsonb: Postgres refuses a NUL and half of a surrogate pair, in keys too; a
 * value that JSON has no form for, or a very large or deep one, is none.
 *
 * @returns a phrase that goes on after the value's name; null when it can be kept
 */
export function whyNotStorable(value: unknown): string | null {
  const fault = faultOf(value, 0);
  if (fault !== null) return fault;
  const { length } = JSON.stringify(value);
  return length > STORABLE_LIMIT ? `has ${length} characters; the limit is ${STORABLE_LIMIT}` : null;
}

function faultOf(value: unknown, depth: number): string | null {
  if (depth > DEPTH) return `goes deeper than ${DEPTH} levels`;
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'holds a number that is not finite';
  if (typeof value === 'string') return isKeepable(value) ? null : 'holds a NUL or half of a surrogate pair';
  if (typeof value !== 'object') return 'holds what JSON has no form for';
  for (const [key, inner] of Object.entries(value)) {
    if (!isKeepable(key)) return 'has a key with a NUL or half of a surrogate pair';
    const fault = faultOf(inner, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}
