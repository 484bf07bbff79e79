import { isList, type Json } from '../../core/plan/json';
import { cell, code, markdownTable } from './markdown';

type Schema = { readonly [key: string]: Json };

/**
 * The config of a pipeline as a table: each key, its type and bounds, its default, what it is for (zod's `.describe()`). The
 * keys of an object stand below it: `gbdt.trees`.
 *
 * @param schema JSON schema of the config, as the plan has it
 */
export function configTable(schema: Json): string {
  const rows = isSchema(schema) ? keysOf(schema, '') : [];
  return rows.length === 0 ? 'None.' : markdownTable(['key', 'type', 'default', 'what it is for'], rows);
}

/** @param given the default of the object that these are the keys of, where it has one */
function keysOf(schema: Schema, prefix: string, given: Schema = {}): string[][] {
  const required = isList(schema['required']) ? schema['required'] : [];
  return Object.entries(propertiesOf(schema)).flatMap(([key, value]) => {
    const one = isSchema(value) ? value : {};
    const path = `${prefix}${key}`;
    const own = 'default' in one ? code(JSON.stringify(one['default'])) : required.includes(key) ? 'needed' : 'none';
    const row = [code(path), cell(typeText(one)), defaultText(own, given[key]), cell(textOf(one['description']))];
    const inner = given[key] ?? one['default'];
    return [row, ...keysOf(one, `${path}.`, isSchema(inner) ? inner : {})];
  });
}

/** A key counts as the default of the object around it says, unless somebody gives another object. */
function defaultText(own: string, given: Json | undefined): string {
  if (given === undefined) return own;
  const counts = code(JSON.stringify(given));
  return counts === own ? own : `${counts} (in an object of your own: ${own})`;
}

/** A schema in words: `whole number, 1 to 5000`, `list of text`. */
export function typeText(schema: Json): string {
  if (!isSchema(schema)) return 'anything';
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (isList(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' or ');
  const ways = schema['anyOf'] ?? schema['oneOf'];
  if (isList(ways)) return [...new Set(ways.map(typeText))].join(' or ');
  if (typeof schema['$ref'] === 'string') return 'as above';
  return `${base(schema)}${bounds(schema)}`;
}

function base(schema: Schema): string {
  const { type, items, properties, additionalProperties } = schema;
  switch (type) {
    case 'string':
      return schema['format'] === 'date-time' ? 'moment' : 'text';
    case 'integer':
      return 'whole number';
    case 'number':
      return 'number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return items === undefined ? 'list' : `list of ${typeText(items)}`;
    case 'object': {
      const kind = isSchema(properties) ? properties['kind'] : undefined;
      if (isSchema(kind) && 'const' in kind) return `object of kind ${JSON.stringify(kind['const'])}`;
      return isSchema(additionalProperties) && properties === undefined
        ? `object of ${typeText(additionalProperties)}`
        : 'object';
    }
    default:
      return 'anything';
  }
}

/** zod bounds whole numbers by what JavaScript can count to: nobody has asked for that. */
const COUNTABLE = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

function bounds(schema: Schema): string {
  const numberAt = (...keys: string[]): number | null => {
    const found = keys.map((key) => schema[key]).find((value) => typeof value === 'number');
    return typeof found === 'number' && !COUNTABLE.includes(found) ? found : null;
  };
  const [above, below] = [numberAt('exclusiveMinimum'), numberAt('exclusiveMaximum')];
  const [least, most] = [numberAt('minimum', 'minItems', 'minLength'), numberAt('maximum', 'maxItems', 'maxLength')];
  const said = [
    ...(above === null ? [] : [`above ${above}`]),
    ...(least === null ? [] : [most === null ? `at least ${least}` : `${least} to ${most}`]),
    ...(below === null ? [] : [`below ${below}`]),
    ...(most === null || least !== null ? [] : [`at most ${most}`]),
  ];
  return said.length === 0 ? '' : `, ${said.join(', ')}`;
}

function propertiesOf(schema: Schema): Schema {
  const { properties } = schema;
  return isSchema(properties) ? properties : {};
}

function isSchema(value: Json | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !isList(value);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
