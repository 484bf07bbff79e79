import { perennialError } from '../errors';
import { canonicalJson, type Json } from '../plan/json';
import type { Expr } from '../plan/plan';
import { asList, asNumber, kindOf } from './kinds';
import { describe } from './ref';
import { keysOf, pick } from './select';

type Of<Op extends Expr['op'], E extends Expr = Expr> = E extends Expr ? (Op extends E['op'] ? E : never) : never;

/** Expressions that compute something new of the values of their parts. */
export type Calculation = Of<'add'> | Of<'round'> | Of<'sum'> | Of<'minBy'> | Of<'includes'> | Of<'template'>;

/**
 * The value of a calculation.
 *
 * @param value gives the value of a part
 * @throws PER_FLOW_001 a part is of another kind than is needed, PER_FLOW_011 no finite result, PER_FLOW_012 an empty list
 */
export function calculate(expr: Calculation, value: (part: Expr) => Json): Json {
  switch (expr.op) {
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
      return combine(expr, asNumber(value(expr.left), expr.left), asNumber(value(expr.right), expr.right));
    case 'round':
      return finite(Number(asNumber(value(expr.arg), expr.arg).toFixed(expr.digits)), expr);
    case 'sum':
    case 'min':
    case 'max':
      return reduce(expr, numbersIn(value(expr.list), expr.list));
    case 'minBy':
    case 'maxBy':
      return pick(expr, asList(value(expr.list), expr.list));
    case 'pluck':
      return keysOf(expr, asList(value(expr.list), expr.list)).map((key) => key ?? null);
    case 'includes': {
      const wanted = canonicalJson(value(expr.value));
      return asList(value(expr.list), expr.list).some((item) => canonicalJson(item) === wanted);
    }
    case 'template':
      return expr.parts.map((part) => textOf(value(part), part)).join('');
  }
}

function combine(expr: Of<'add'>, left: number, right: number): number {
  switch (expr.op) {
    case 'add':
      return finite(left + right, expr);
    case 'subtract':
      return finite(left - right, expr);
    case 'multiply':
      return finite(left * right, expr);
    case 'divide':
      if (right === 0) throw perennialError('PER_FLOW_011', `'${describe(expr)}' divides ${left} by zero.`);
      return finite(left / right, expr);
  }
}

function reduce(expr: Of<'sum'>, numbers: readonly number[]): number {
  if (expr.op === 'sum')
    return finite(
      numbers.reduce((sum, n) => sum + n, 0),
      expr,
    );
  const [first, ...rest] = numbers;
  if (first === undefined) throw perennialError('PER_FLOW_012', `'${describe(expr)}' was given an empty list.`);
  const best = expr.op === 'min' ? Math.min : Math.max;
  return rest.reduce((found, n) => best(found, n), first);
}

function numbersIn(list: Json, expr: Expr): number[] {
  return asList(list, expr).map((item, i) => {
    if (typeof item === 'number') return item;
    throw perennialError('PER_FLOW_001', `'${describe(expr)}[${i}]' is ${kindOf(item)}, not a number.`);
  });
}

/** JSON has no infinity. It has a negative zero, which reads as another value than zero and means the same. */
function finite(result: number, expr: Expr): number {
  if (Number.isFinite(result)) return result === 0 ? 0 : result;
  throw perennialError('PER_FLOW_011', `'${describe(expr)}' is too large for a number.`);
}

function textOf(value: Json, expr: Expr): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw perennialError('PER_FLOW_001', `'${describe(expr)}' is ${kindOf(value)}, which has no place in text.`);
}
