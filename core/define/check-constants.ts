import { z } from 'zod';
import { perennialError } from '../errors';
import type { Json } from '../plan/json';
import type { Expr } from '../plan/plan';

type Key = string | number;

/**
 * Holds what is written down in an input against the schema that will parse it when the pipeline runs. What is known only
 * then (a reference, and whatever is judged together with one) is let through, and so is a schema that cannot be asked
 * without it.
 *
 * @param what names the input in the message: `The input of train`
 * @throws PER_DEF_070
 */
export function checkConstants(schema: z.ZodType, input: Expr, what: string): void {
  const unknown: Key[][] = [];
  const certain = issuesOf(schema, valueOf(input, [], unknown)).filter((issue) => isCertain(issue, unknown));
  const seen = new Set(certain.map(keyOf));
  const wrong = [...certain, ...inKnownParts(schema, input, []).filter((issue) => !seen.has(keyOf(issue)))];
  if (wrong.length === 0) return;
  const said = wrong.map(({ path, message }) => `${path.map(String).join('.') || 'it'}: ${message}`).join('; ');
  throw perennialError('PER_DEF_070', `${what} does not fit its schema: ${said}.`);
}

/** Stands for what is not known yet: no schema but the widest takes it for anything. */
const LATER = Symbol('known when the pipeline runs');

/** The value that an input will have, as far as it is written down; `unknown` is told the rest. */
function valueOf(expr: Expr, path: readonly Key[], unknown: Key[][]): unknown {
  if (expr.op === 'literal') return structuredClone<Json>(expr.value);
  if (expr.op === 'list') return expr.items.map((item, i) => valueOf(item, [...path, i], unknown));
  if (expr.op === 'object') {
    const fields = Object.entries(expr.fields);
    return Object.fromEntries(fields.map(([key, field]) => [key, valueOf(field, [...path, key], unknown)]));
  }
  unknown.push([...path]);
  return LATER;
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

function keyOf({ path, message }: Issue): string {
  return JSON.stringify([path, message]);
}

/**
 * What is wrong with those fields of an input that are written down whole. Their own schemas parse them whatever stands
 * beside them, so that a rule of such a schema has read nothing that is not known yet.
 */
function inKnownParts(schema: unknown, expr: Expr, path: readonly Key[]): Issue[] {
  if (!(schema instanceof z.ZodObject) || expr.op !== 'object') return [];
  const shape: Readonly<Record<string, unknown>> = schema.shape;
  return Object.entries(expr.fields).flatMap(([key, field]): Issue[] => {
    const own = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!(own instanceof z.ZodType)) return [];
    const unknown: Key[][] = [];
    const value = valueOf(field, [], unknown);
    const here = [...path, key];
    if (unknown.length > 0) return inKnownParts(own, field, here);
    return issuesOf(own, value).map((issue) => ({ path: [...here, ...issue.path], message: issue.message }));
  });
}

function issuesOf(schema: z.ZodType, value: unknown): readonly z.core.$ZodIssue[] {
  try {
    return schema.safeParse(value).error?.issues ?? [];
  } catch {
    // It asks something that has to be waited for, or its own code stumbled over what is not known yet.
    return [];
  }
}

/** Whether an issue stands whatever the references turn out to be. */
function isCertain({ code, path }: z.core.$ZodIssue, unknown: readonly (readonly Key[])[]): boolean {
  if (unknown.length === 0) return true;
  // A rule of the schema's own may have read something that is not known yet.
  if (code === 'custom') return false;
  if (code === 'unrecognized_keys') return true;
  return !unknown.some((later) => startsWith(path, later) || startsWith(later, path));
}

function startsWith(path: readonly PropertyKey[], start: readonly PropertyKey[]): boolean {
  return start.every((key, i) => path[i] === key);
}
