import { z } from 'zod';
import { nearest } from './nearest';

/** A key that a schema does not know. */
export interface UnknownKey {
  /** Where it stands, like `holdOut.tset` or `seeds.0.x`. */
  readonly path: string;
  /** The same, key by key. */
  readonly keys: readonly string[];
  /** The keys that the object has there. */
  readonly known: readonly string[];
  /** The one that was most likely meant. */
  readonly meant: string | null;
}

type Schema = z.core.$ZodType;

/**
 * The keys of a value that its schema would drop without a word. Looked for in plain and strict objects, in lists and
 * records of them, and in the variant of a discriminated union that the value names. What cannot be decided is let
 * through: loose objects, those with a catch-all, other unions, intersections, and what a function transforms first.
 */
export function unknownKeys(schema: Schema, value: unknown, path: readonly string[] = []): UnknownKey[] {
  const bare = unwrapped(schema);
  if (Array.isArray(value)) return inList(bare, value, path);
  if (!isObject(value)) return [];
  if (bare instanceof z.core.$ZodObject) return inObject(bare, value, path);
  if (bare instanceof z.core.$ZodRecord) {
    const { valueType } = bare._zod.def;
    return Object.entries(value).flatMap(([key, item]) => unknownKeys(valueType, item, [...path, key]));
  }
  if (bare instanceof z.core.$ZodDiscriminatedUnion) {
    const variant = variantOf(bare, value);
    return variant === undefined ? [] : unknownKeys(variant, value, path);
  }
  return [];
}

/** As one says it to whoever gave the key. */
export function describeUnknownKey({ path, known, meant }: UnknownKey): string {
  const last = path.split('.').pop() ?? path;
  if (meant !== null) return `${path}: there is no key '${last}', did you mean '${meant}'?`;
  const keys = known.length === 0 ? 'the object has no keys' : `known: ${known.join(', ')}`;
  return `${path}: there is no key '${last}' (${keys})`;
}

function inList(schema: Schema, list: readonly unknown[], path: readonly string[]): UnknownKey[] {
  if (schema instanceof z.core.$ZodArray) {
    const { element } = schema._zod.def;
    return list.flatMap((item, i) => unknownKeys(element, item, [...path, String(i)]));
  }
  if (!(schema instanceof z.core.$ZodTuple)) return [];
  const { items, rest } = schema._zod.def;
  return list.flatMap((item, i) => {
    const itsOwn = items[i] ?? rest;
    return itsOwn ? unknownKeys(itsOwn, item, [...path, String(i)]) : [];
  });
}

function inObject(schema: z.core.$ZodObject, value: Fields, path: readonly string[]): UnknownKey[] {
  const { shape: declared, catchall } = schema._zod.def;
  const shape: Readonly<Record<string, Schema>> = declared;
  const closed = catchall === undefined || catchall._zod.def.type === 'never';
  const known = Object.keys(shape);
  return Object.entries(value).flatMap(([key, field]) => {
    const at = [...path, key];
    const itsOwn = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (itsOwn !== undefined) return unknownKeys(itsOwn, field, at);
    // A field that is undefined is none: JSON does not have it.
    if (!closed || field === undefined) return [];
    return [{ path: at.join('.'), keys: at, known, meant: nearest(key, known) }];
  });
}

function variantOf(union: z.core.$ZodDiscriminatedUnion, value: Fields): Schema | undefined {
  const { options, discriminator } = union._zod.def;
  const named = value[discriminator];
  return options.find((option) =>
    [...(option._zod.propValues?.[discriminator] ?? [])].some((possible) => possible === named),
  );
}

/** Without what only says whether a value may be missing, or what is done with it once it has been read. */
function unwrapped(schema: Schema): Schema {
  if (schema instanceof z.core.$ZodLazy) return unwrapped(schema._zod.def.getter());
  // Of a pipe, what it reads: for a schema with a transform that is the schema before it.
  if (schema instanceof z.core.$ZodPipe) return unwrapped(schema._zod.def.in);
  return isWrapper(schema) ? unwrapped(schema._zod.def.innerType) : schema;
}

/** Optional, nullable, with a default, read-only and the like. */
function isWrapper(schema: Schema): schema is Schema & { readonly _zod: { readonly def: { innerType: Schema } } } {
  return 'innerType' in schema._zod.def;
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
