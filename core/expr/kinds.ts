import { perennialError } from '../errors';
import { isList, type Json } from '../plan/json';
import type { Expr } from '../plan/plan';
import { describe } from './ref';

/** What a value is, as messages say it: `null`, `a list`, `the number 3`. */
export function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return isList(value)
    ? 'a list'
    : typeof value === 'object'
      ? 'an object'
      : `the ${typeof value} ${JSON.stringify(value)}`;
}

/** @throws PER_FLOW_001 when the value of an expression is no number */
export function asNumber(value: Json, expr: Expr): number {
  if (typeof value === 'number') return value;
  throw perennialError('PER_FLOW_001', `'${describe(expr)}' is ${kindOf(value)}, not a number.`);
}

/** @throws PER_FLOW_001 when the value of an expression is no list */
export function asList(value: Json, expr: Expr): readonly Json[] {
  if (isList(value)) return value;
  throw perennialError('PER_FLOW_001', `'${describe(expr)}' is ${kindOf(value)}, not a list.`);
}
