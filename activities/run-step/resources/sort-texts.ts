import { z } from 'zod';
import type { Json, Resource } from '../../../core';
import { sensitivityOf } from '../../../core/define/secret';

/** A text that must not get out, and where it comes from. */
export interface KnownText {
  readonly text: string;
  readonly resource: string;
  /** Its place in the value: `user`, `keys.0`. Empty: the whole. */
  readonly field: string;
}

/** A value taken apart: what must not get out, and what everyone may see, by its place. */
export interface Sorted {
  readonly hidden: readonly KnownText[];
  readonly open: { readonly [field: string]: Json };
}

/**
 * Sorts a value by its schema's marks. Unmarked texts are hidden: what a schema does not say, or says in a way that is
 * not understood here, is taken to be secret. Numbers are hidden only where they are marked.
 */
export function sortTexts(resource: Pick<Resource, 'name' | 'schema'> | string, given: Json): Sorted {
  const [name, schema] = typeof resource === 'string' ? [resource, null] : [resource.name, resource.schema];
  const hidden: KnownText[] = [];
  const open: { [field: string]: Json } = {};

  function leaf(value: Json, place: readonly string[], mark: ReturnType<typeof sensitivityOf>): void {
    const field = place.join('.');
    if (mark === 'open') open[field] = value;
    else if (typeof value === 'string') hidden.push({ text: value, resource: name, field });
    else if (typeof value === 'number' && mark === 'secret')
      hidden.push({ text: String(value), resource: name, field });
  }

  function visit(value: Json, place: readonly string[], at: z.core.$ZodType | null, outer: Mark): void {
    const { schema: inner, mark: own } = unwrap(at, value);
    const mark = own ?? outer;
    if (value === null || typeof value !== 'object') {
      leaf(value, place, mark);
      return;
    }
    for (const [key, part] of Object.entries(value)) visit(part, [...place, key], partOf(inner, key), mark);
  }

  visit(given, [], schema, null);
  return { hidden, open };
}

type Mark = ReturnType<typeof sensitivityOf>;

/** A schema without what is wrapped around it, and the first mark on the way in. */
function unwrap(schema: z.core.$ZodType | null, value: Json): { schema: z.core.$ZodType | null; mark: Mark } {
  let mark: Mark = null;
  let at = schema;
  while (at !== null) {
    mark ??= sensitivityOf(at);
    const inner = insideOf(at, value);
    if (inner === null) break;
    at = inner;
  }
  return { schema: at, mark };
}

function insideOf(schema: z.core.$ZodType, value: Json): z.core.$ZodType | null {
  if (schema instanceof z.ZodPipe) return schema.in;
  if (schema instanceof z.ZodUnion) return schema.options.find((option) => accepts(option, value)) ?? null;
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodLazy;
  return wraps ? schema.unwrap() : null;
}

/** Which member of a union a value is of. One whose checks wait for something cannot tell. */
function accepts(schema: z.core.$ZodType, value: Json): boolean {
  try {
    return z.safeParse(schema, value).success;
  } catch {
    return false;
  }
}

function partOf(schema: z.core.$ZodType | null, key: string): z.core.$ZodType | null {
  if (schema instanceof z.ZodObject) {
    const shape: { readonly [key: string]: z.core.$ZodType } = schema.shape;
    return Object.hasOwn(shape, key) ? (shape[key] ?? null) : null;
  }
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return null;
}
