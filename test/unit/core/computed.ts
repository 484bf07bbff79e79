import { isDeepStrictEqual } from 'node:util';
import { perennialError } from '../../../core/errors';
import { describe } from '../../../core/expr/ref';
import { isList, type Json } from '../../../core/plan/json';
import type { Expr, Path, WaitNode } from '../../../core/plan/plan';
import type { Fault } from './told';

/** Where an expression finds values; undefined: there is none, and none will come. */
export interface Known {
  readonly config: Json;
  output(node: string): Json | undefined;
  item(map: string): Json;
}

/** An expression that has no value, and what the node that reads it fails with. */
export class Wrong extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

/** What an expression without a value fails with. */
export function faultIn(error: unknown): Fault {
  if (error instanceof Wrong) return error.fault;
  throw error;
}

/** A field of an object; undefined where there is none. */
export function fieldOf(value: Json, key: string): Json | undefined {
  return value !== null && typeof value === 'object' && !isList(value) ? value[key] : undefined;
}

/** What a node fails with for which there is a code. */
export function faultOf(code: Parameters<typeof perennialError>[0], detail: string): Fault {
  return { type: code, message: perennialError(code, detail).message };
}

export const wrong = (...what: Parameters<typeof faultOf>): Wrong => new Wrong(faultOf(...what));

/**
 * What an expression comes to, worked out for the model: the language in a few lines of its own, to be compared with. What
 * is not there is null.
 *
 * @throws Wrong
 */
export const valueOf = (expr: Expr, known: Known): Json => found(expr, known) ?? null;

function found(expr: Expr, known: Known): Json | undefined {
  const at = (part: Expr): Json => valueOf(part, known);
  switch (expr.op) {
    case 'literal':
      return expr.value;
    case 'config':
      return inside(known.config, expr.path, expr);
    case 'item':
      return inside(known.item(expr.map), expr.path, expr);
    case 'output': {
      const output = known.output(expr.node);
      return output === undefined ? undefined : inside(output, expr.path, expr);
    }
    case 'get':
      return inside(at(expr.of), expr.path, expr);
    case 'object': {
      const fields: Record<string, Json> = {};
      for (const [key, field] of Object.entries(expr.fields)) {
        const value = found(field, known);
        if (value !== undefined) fields[key] = value;
      }
      return fields;
    }
    case 'list':
      return expr.items.map(at);
    case 'coalesce':
      for (const arg of expr.args) {
        const value = found(arg, known);
        if (value !== undefined && value !== null) return value;
      }
      return null;
    case 'and':
      for (const arg of expr.args) if (!truth(arg, at(arg))) return false;
      return true;
    case 'or':
      for (const arg of expr.args) if (truth(arg, at(arg))) return true;
      return false;
    case 'not':
      return !truth(expr.arg, at(expr.arg));
    case 'eq':
      return isDeepStrictEqual(at(expr.left), at(expr.right));
    case 'ne':
      return !isDeepStrictEqual(at(expr.left), at(expr.right));
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
      return pair(expr, number(expr.left, at(expr.left)), number(expr.right, at(expr.right)));
    case 'round':
      return zeroless(Number(number(expr.arg, at(expr.arg)).toFixed(expr.digits)));
    case 'template':
      return expr.parts.reduce((text, part) => text + written(part, at(part)), '');
    case 'includes': {
      const wanted = at(expr.value);
      return list(expr.list, at(expr.list)).some((item) => isDeepStrictEqual(item, wanted));
    }
    default:
      return ofList(expr, list(expr.list, at(expr.list)));
  }
}

/** The kinds of expression that one op may be of. */
type Op<O, E extends Expr = Expr> = E extends Expr ? (O extends E['op'] ? E : never) : never;

function pair(expr: Op<'gt'> | Op<'add'>, left: number, right: number): Json {
  switch (expr.op) {
    case 'gt':
      return left > right;
    case 'lt':
      return left < right;
    case 'gte':
      return !(left < right);
    case 'lte':
      return !(left > right);
    case 'add':
      return zeroless(left + right);
    case 'subtract':
      return zeroless(left - right);
    case 'multiply':
      return zeroless(left * right);
    case 'divide':
      if (right === 0) throw wrong('PER_FLOW_011', `'${describe(expr)}' divides ${left} by zero.`);
      return zeroless(left / right);
    default:
      throw new Error(`the model does not know ${expr.op}`);
  }
}

type Keyed = Op<'minBy'>;
const isKeyed = (expr: Op<'sum'> | Keyed): expr is Keyed => 'key' in expr;

function ofList(expr: Op<'sum'> | Keyed, items: readonly Json[]): Json {
  if (isKeyed(expr))
    return expr.op === 'pluck' ? items.map((item) => inside(item, expr.key, expr) ?? null) : best(expr, items);
  const numbers = items.map((item) => number(expr.list, item));
  if (expr.op === 'sum') return zeroless(numbers.reduce((sum, one) => sum + one, 0));
  if (numbers.length === 0) throw empty(expr);
  numbers.sort((a, b) => a - b);
  return (expr.op === 'min' ? numbers[0] : numbers.at(-1)) ?? null;
}

function best(expr: Keyed, items: readonly Json[]): Json {
  if (items.length === 0) throw empty(expr);
  const keyOf = (item: Json): number | string => key(expr, inside(item, expr.key, expr));
  // Sorting is stable: of equal keys the first stays first.
  const sorted = [...items].sort((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    const order = left < right ? -1 : left > right ? 1 : 0;
    return expr.op === 'minBy' ? order : -order;
  });
  return sorted[0] ?? null;
}

const empty = (expr: Expr): Wrong => wrong('PER_FLOW_012', `'${describe(expr)}' was given an empty list.`);

function inside(value: Json, path: Path, expr: Expr): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (value === null || typeof value !== 'object')
    throw wrong(
      'PER_FLOW_001',
      `'${describe(expr)}' cannot be read: there is ${kind(value)} where '${first}' is looked up.`,
    );
  if (isList(value)) return first === 'length' ? value.length : onwards(value[Number(first)], rest, expr);
  return onwards(Object.hasOwn(value, first) ? value[first] : undefined, rest, expr);
}

function onwards(value: Json | undefined, rest: Path, expr: Expr): Json | undefined {
  if (rest.length === 0) return value;
  return inside(value ?? null, rest, expr);
}

/** JSON has one zero. */
const zeroless = (value: number): number => (value === 0 ? 0 : value);

function truth(expr: Expr, value: Json): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong('PER_FLOW_001', `'${describe(expr)}' is ${kind(value)}, not true or false.`);
}

function number(expr: Expr, value: Json): number {
  if (typeof value === 'number') return value;
  throw wrong('PER_FLOW_001', `'${describe(expr)}' is ${kind(value)}, not a number.`);
}

function list(expr: Expr, value: Json): readonly Json[] {
  if (isList(value)) return value;
  throw wrong('PER_FLOW_001', `'${describe(expr)}' is ${kind(value)}, not a list.`);
}

function key(expr: Expr, value: Json | undefined): number | string {
  if (typeof value === 'number' || typeof value === 'string') return value;
  throw wrong('PER_FLOW_001', `The key of '${describe(expr)}' is ${kind(value ?? null)}.`);
}

function written(expr: Expr, value: Json): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  throw wrong('PER_FLOW_001', `'${describe(expr)}' is ${kind(value)}, which has no place in text.`);
}

/** A value as messages name it. */
export function kind(value: Json): string {
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`;
}

/** The moment that a wait which begins at a moment waits for, ms since 1970. @throws Wrong */
export function momentIn({ time }: WaitNode, address: string, from: number, known: Known): number {
  const isLength = 'for' in time;
  const value = valueOf(isLength ? time.for : time.until, known);
  const text = typeof value === 'string' ? /^(\d+)ms$/.exec(value)?.[1] : undefined;
  const ms = typeof value === 'number' ? value : text === undefined ? null : Number(text);
  if (ms !== null) return isLength ? from + Math.max(0, Math.ceil(ms)) : Math.ceil(ms);
  const what = isLength ? 'length of time' : 'moment';
  throw wrong('PER_FLOW_013', `The wait ${address} was given ${kind(value)}, no ${what}.`);
}
