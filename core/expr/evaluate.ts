import { perennialError } from '../errors';
import { canonicalJson, type Json } from '../plan/json';
import type { Expr, Path } from '../plan/plan';
import { calculate } from './calculate';
import { asNumber, kindOf } from './kinds';
import { lookUp } from './look-up';
import { describe } from './ref';

/** Where an expression finds values. */
export interface Values {
  readonly config: Json;
  /** undefined: it has none and will have none, which only final bodies may meet. */
  output(node: string): Json | undefined;
  item(map: string): Json;
}

/** undefined: the last key of a path is not there, as for an optional field that was left out. */
type Found = Json | undefined;

/**
 * The value of an expression. A field whose value is not there is left out of an object; anywhere else it is null.
 *
 * @throws PER_FLOW_001 naming the expression, when a value is not of the kind that the expression needs
 */
export function evaluate(expr: Expr, values: Values): Json {
  return find(expr, values) ?? null;
}

function find(expr: Expr, values: Values): Found {
  switch (expr.op) {
    case 'literal':
      return expr.value;
    case 'config':
      return follow(values.config, expr.path, expr);
    case 'output':
      return followOutput(values.output(expr.node), expr.path, expr);
    case 'item':
      return follow(values.item(expr.map), expr.path, expr);
    case 'get':
      return follow(evaluate(expr.of, values), expr.path, expr);
    case 'object':
      return Object.fromEntries(
        Object.entries(expr.fields).flatMap(([key, field]): [string, Json][] => {
          const value = find(field, values);
          return value === undefined ? [] : [[key, value]];
        }),
      );
    case 'list':
      return expr.items.map((item) => evaluate(item, values));
    case 'eq':
      return same(expr.left, expr.right, values);
    case 'ne':
      return !same(expr.left, expr.right, values);
    case 'gt':
      return numberOf(expr.left, values) > numberOf(expr.right, values);
    case 'gte':
      return numberOf(expr.left, values) >= numberOf(expr.right, values);
    case 'lt':
      return numberOf(expr.left, values) < numberOf(expr.right, values);
    case 'lte':
      return numberOf(expr.left, values) <= numberOf(expr.right, values);
    case 'and':
      return expr.args.every((arg) => evaluateCondition(arg, values));
    case 'or':
      return expr.args.some((arg) => evaluateCondition(arg, values));
    case 'not':
      return !evaluateCondition(expr.arg, values);
    case 'coalesce': {
      for (const arg of expr.args) {
        const value = find(arg, values);
        if (value !== undefined && value !== null) return value;
      }
      return null;
    }
    case 'includes':
    case 'template':
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
    case 'round':
    case 'sum':
    case 'min':
    case 'max':
    case 'minBy':
    case 'maxBy':
    case 'pluck':
      return calculate(expr, (part) => evaluate(part, values));
  }
}

/**
 * The value of a condition.
 *
 * @throws PER_FLOW_001 when it is not a boolean: there is no truthiness
 */
export function evaluateCondition(expr: Expr, values: Values): boolean {
  const value = evaluate(expr, values);
  if (typeof value === 'boolean') return value;
  throw perennialError('PER_FLOW_001', `'${describe(expr)}' is ${kindOf(value)}, not true or false.`);
}

function numberOf(expr: Expr, values: Values): number {
  return asNumber(evaluate(expr, values), expr);
}

function same(left: Expr, right: Expr, values: Values): boolean {
  return canonicalJson(evaluate(left, values)) === canonicalJson(evaluate(right, values));
}

function follow(root: Json, path: Path, expr: Expr): Found {
  let value: Found = root;
  for (const key of path) {
    if (value === undefined || value === null || typeof value !== 'object') {
      throw perennialError(
        'PER_FLOW_001',
        `'${describe(expr)}' cannot be read: there is ${kindOf(value)} where '${key}' is looked up.`,
      );
    }
    value = lookUp(value, key);
  }
  return value;
}

function followOutput(output: Found, path: Path, expr: Expr): Found {
  return output === undefined ? undefined : follow(output, path, expr);
}
