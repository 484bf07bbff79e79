import { isList, isObject, type Json } from '../../core/plan/json';

type Schema = { readonly [key: string]: Json };

/**
 * A value that a JSON schema takes, as small as it goes: what must be there, each at its bound. null: it asks for what
 * cannot be made up from the schema alone (a pattern, a format).
 *
 * @example
 * exampleOf({ type: 'object', properties: { share: { type: 'number' } }, required: ['share'] }) // { share: 0 }
 */
export function exampleOf(schema: Json): Json {
  if (!isObject(schema)) return null;
  for (const key of ['default', 'const'] as const) if (schema[key] !== undefined) return schema[key];
  for (const key of ['examples', 'enum'] as const) {
    const [first] = listIn(schema, key);
    if (first !== undefined) return first;
  }
  const [choice] = [...listIn(schema, 'anyOf'), ...listIn(schema, 'oneOf')];
  return choice === undefined ? ofType(schema) : exampleOf(choice);
}

function ofType(schema: Schema): Json {
  switch (schema['type']) {
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return numberIn(schema);
    case 'string':
      return schema['pattern'] === undefined && schema['format'] === undefined
        ? 'x'.repeat(Math.max(1, countIn(schema, 'minLength')))
        : null;
    case 'array':
      return listOf(schema);
    case 'object':
      return objectOf(schema);
    default:
      return null;
  }
}

function numberIn(schema: Schema): Json {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  // What asks for a whole number says the bounds of one.
  const low = typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : (minimum ?? -Infinity);
  if (typeof low !== 'number') return null;
  const top = typeof exclusiveMaximum === 'number' ? exclusiveMaximum - 1 : (maximum ?? Infinity);
  if (typeof top !== 'number') return null;
  if (low <= 0 && top >= 0) return 0;
  if (typeof exclusiveMinimum === 'number' && top < low) return null;
  return low > 0 ? low : top;
}

function listOf(schema: Schema): Json {
  const item = exampleOf(schema['items'] ?? null);
  const count = countIn(schema, 'minItems');
  return count > 0 && item === null ? null : Array.from({ length: count }, () => item);
}

function objectOf(schema: Schema): Json {
  const { properties } = schema;
  const keys = listIn(schema, 'required').flatMap((key) => (typeof key === 'string' ? [key] : []));
  const fields = keys.map((key): [string, Json] => [key, fieldOf(properties, key)]);
  return fields.some(([, value]) => value === null) ? null : Object.fromEntries(fields);
}

function fieldOf(properties: Json | undefined, key: string): Json {
  return isObject(properties) ? exampleOf(properties[key] ?? null) : null;
}

function listIn(schema: Schema, key: string): readonly Json[] {
  const value = schema[key];
  return value !== undefined && isList(value) ? value : [];
}

function countIn(schema: Schema, key: string): number {
  const value = schema[key];
  return typeof value === 'number' ? value : 0;
}
