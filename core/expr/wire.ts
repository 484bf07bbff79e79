import { perennialError } from '../errors';
import type { Json } from '../plan/json';
import type { Expr } from '../plan/plan';
import { expressionOf, type Primitive, type RefBase } from './ref';

/**
 * What may be given where a value of type `T` is asked: the value, a reference to it, or an object or list with
 * references anywhere inside.
 */
export type Wire<T> = RefBase<T> | Plain<T>;

type Plain<T> = T extends Primitive
  ? T
  : T extends readonly (infer E)[]
    ? readonly Wire<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Wire<T[K]> }
      : T;

/**
 * What a schema accepts: its input type (fields with a default may be left out), with the brands of its output type,
 * which zod leaves out of input types. So a model's digest cannot be given where a data set's is asked.
 */
export type Accepted<In, Out> = unknown extends In ? In : In extends unknown ? Branded<In, Extract<Out, In>> : never;

type Branded<In, Out> = [Out] extends [never]
  ? In
  : In extends Primitive
    ? Out
    : In extends object
      ? { [K in keyof In]: K extends keyof Out ? Accepted<In[K], Out[K]> : In[K] }
      : In;

/**
 * The expression of anything wired.
 *
 * @throws PER_DEF_016 when a part of it is neither a reference nor JSON; `where` names it in the message.
 */
export function toExpression(value: unknown, where: string): Expr {
  const expr = expressionOf(value);
  if (expr) return expr;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { op: 'literal', value };
  if (typeof value === 'number' && Number.isFinite(value)) return { op: 'literal', value };
  if (Array.isArray(value)) return foldList(value.map((item: unknown, i) => toExpression(item, `${where}[${i}]`)));
  if (isPlainObject(value)) {
    // A field that is undefined was left out.
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return foldObject(fields.map(([key, field]) => [key, toExpression(field, `${where}.${key}`)]));
  }
  throw perennialError('PER_DEF_016', `${where} is ${nameOf(value)}.`);
}

function foldList(items: Expr[]): Expr {
  const literals = items.flatMap((item) => (item.op === 'literal' ? [item.value] : []));
  return literals.length === items.length ? { op: 'literal', value: literals } : { op: 'list', items };
}

function foldObject(fields: [string, Expr][]): Expr {
  const literals = fields.flatMap(([key, field]): [string, Json][] =>
    field.op === 'literal' ? [[key, field.value]] : [],
  );
  if (literals.length === fields.length) return { op: 'literal', value: Object.fromEntries(literals) };
  return { op: 'object', fields: Object.fromEntries(fields) };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // By name as well: a literal of another realm (a test runner's, a bundle's) has another Object.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor.name}`;
  return typeof value === 'number' ? String(value) : typeof value;
}
