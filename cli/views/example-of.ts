import { isList, isObject, type Json } from '../../core/plan/json';
import { exampleText } from './example-text';

type Schema = { readonly [key: string]: Json };
/** What stands where no value can be made up. */
type Otherwise = (schema: Schema) => Json;

/**
 * A value that a JSON schema takes, as small as it goes: what must be there, each at its bound. null: it asks for what
 * cannot be made up from the schema alone (an unusual pattern).
 *
 * @example
 * exampleOf({ type: 'object', properties: { share: { type: 'number' } }, required: ['share'] }) // { share: 0 }
 */
export function exampleOf(schema: Json): Json {
  return make(schema, () => null);
}

/**
 * The same, with the place marked of what the person has to make up.
 *
 * @example
 * shapeOf({ type: 'object', properties: { code: { type: 'string', pattern: '^[A-Z]{9}$' } }, required: ['code'] })
 * // { code: '<text like ^[A-Z]{9}$>' }
 */
export function shapeOf(schema: Json): Json {
  return make(schema, markOf);
}

function markOf(schema: Schema): Json {
  const { type, format, pattern } = schema;
  const patterns = [pattern, ...listIn(schema, 'allOf').map((part) => (isObject(part) ? part['pattern'] : null))];
  const texts = patterns.filter((each) => typeof each === 'string');
  if (texts.length > 0) return `<text like ${texts.join(' and ')}>`;
  if (typeof format === 'string') return `<${format}>`;
  return `<${typeof type === 'string' ? type : 'any value'}>`;
}

function make(schema: Json, otherwise: Otherwise): Json {
  if (!isObject(schema)) return otherwise({});
  for (const key of ['default', 'const'] as const) if (schema[key] !== undefined) return schema[key];
  for (const key of ['examples', 'enum'] as const) {
    const [first] = listIn(schema, key);
    if (first !== undefined) return first;
  }
  const [choice] = [...listIn(schema, 'anyOf'), ...listIn(schema, 'oneOf')];
  return choice === undefined ? ofType(schema, otherwise) : make(choice, otherwise);
}

function ofType(schema: Schema, otherwise: Otherwise): Json {
  const { type } = schema;
  // Of several types the first: a text that may be null.
  switch (type !== undefined && isList(type) ? type[0] : type) {
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return numberIn(schema) ?? otherwise(schema);
    case 'string':
      return exampleText(schema) ?? otherwise(schema);
    case 'array':
      return listOf(schema, otherwise);
    case 'object':
      return objectOf(schema, otherwise);
    default:
      return otherwise(schema);
  }
}

function numberIn(schema: Schema): number | null {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = schema;
  // What asks for a whole number says the bounds of one.
  const low = typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : (minimum ?? -Infinity);
  if (typeof low !== 'number') return null;
  const top = typeof exclusiveMaximum === 'number' ? exclusiveMaximum - 1 : (maximum ?? Infinity);
  if (typeof top !== 'number') return null;
  if (low <= 0 && top >= 0) return 0;
  if (typeof exclusiveMinimum === 'number' && top < low) return null;
  if (typeof multipleOf !== 'number') return low > 0 ? low : top;
  const whole = low > 0 ? Math.ceil(low / multipleOf) * multipleOf : Math.floor(top / multipleOf) * multipleOf;
  return low <= whole && whole <= top ? whole : null;
}

function listOf(schema: Schema, otherwise: Otherwise): Json {
  const first = listIn(schema, 'prefixItems').map((item) => make(item, otherwise));
  const count = Math.max(0, countIn(schema, 'minItems') - first.length);
  const rest = count === 0 ? [] : Array.from({ length: count }, () => make(schema['items'] ?? null, otherwise));
  const items = [...first, ...rest];
  return items.includes(null) ? null : items;
}

function objectOf(schema: Schema, otherwise: Otherwise): Json {
  const { properties } = schema;
  const keys = listIn(schema, 'required').flatMap((key) => (typeof key === 'string' ? [key] : []));
  const fields = keys.map((key): [string, Json] => [key, fieldOf(properties, key, otherwise)]);
  return fields.some(([, value]) => value === null) ? null : Object.fromEntries(fields);
}

function fieldOf(properties: Json | undefined, key: string, otherwise: Otherwise): Json {
  return make(isObject(properties) ? (properties[key] ?? null) : null, otherwise);
}

function listIn(schema: Schema, key: string): readonly Json[] {
  const value = schema[key];
  return value !== undefined && isList(value) ? value : [];
}

function countIn(schema: Schema, key: string): number {
  const value = schema[key];
  return typeof value === 'number' ? value : 0;
}
