/** Any value that survives JSON unchanged: what configs, inputs and outputs are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON text with object keys in code-point order, so that equal values have equal text.
 * Digests (plan hash, cache key, contract digest) are taken over it.
 *
 * @throws TypeError when a number is not finite, since JSON would turn it into null in silence.
 * @example
 * canonicalJson({ b: 1, a: [true] }) === '{"a":[true],"b":1}'
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  // A field that is undefined has no JSON; the types do not let one in, callers without types may.
  const fields = Object.entries<Json | undefined>(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v ?? null)}`);
  return `{${fields.join(',')}}`;
}

/** Array.isArray does not narrow read-only lists. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether a JSON value has fields: neither a list nor null. */
export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}

/**
 * Whether a value is nothing but JSON, all the way down.
 *
 * @example
 * isJson({ a: [1, null] }) && !isJson({ at: new Date() }) && !isJson([NaN])
 */
export function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object') return false;
  // A plain object's prototype is the last one, in whatever realm it was made; that of a Date or a Map is not.
  const nature: unknown = Object.getPrototypeOf(value);
  return (nature === null || Object.getPrototypeOf(nature) === null) && Object.values(value).every(isJson);
}

/**
 * A value as the JSON that it is, copied. Fields that are undefined are left out.
 *
 * @throws TypeError when a part of it has no JSON form
 */
export function jsonOf(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no JSON form`);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, jsonOf(field)]));
}
