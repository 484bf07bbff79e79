import { perennialError } from '../errors';
import type { Json } from '../plan/json';
import type { Expr, Path } from '../plan/plan';
import { kindOf } from './kinds';
import { lookUp } from './look-up';
import { describe } from './ref';

type ByKey = Extract<Expr, { readonly key: Path }>;

/**
 * The value of each item at the key; undefined where an item lacks the last part of it.
 *
 * @throws PER_FLOW_001 naming the item, when there is nothing to look into
 */
export function keysOf(expr: ByKey, items: readonly Json[]): (Json | undefined)[] {
  return items.map((item, i) => {
    let value: Json | undefined = item;
    for (const key of expr.key) {
      if (value === undefined || value === null || typeof value !== 'object') {
        const where = `item ${i} of '${describe(expr.list)}'`;
        throw perennialError('PER_FLOW_001', `There is ${kindOf(value)} in ${where} where '${key}' is looked up.`);
      }
      value = lookUp(value, key);
    }
    return value;
  });
}

/**
 * The item whose key is least or greatest; of equal ones the first. Keys are numbers, or texts, which are ordered by
 * their UTF-16 units: so moments in ISO 8601, all UTC, are ordered by time.
 *
 * @throws PER_FLOW_001 when the keys are not all numbers or all texts, PER_FLOW_012 an empty list
 */
export function pick(expr: ByKey, items: readonly Json[]): Json {
  const keys = keysOf(expr, items);
  const [first] = keys;
  if (keys.length === 0) throw perennialError('PER_FLOW_012', `'${describe(expr)}' was given an empty list.`);
  const wrong = keys.findIndex((key) => typeof key !== typeof first || !isOrdered(key));
  if (wrong >= 0) {
    const needed = isOrdered(first) && wrong > 0 ? `${typeof first} as of item 0` : 'number or text';
    throw perennialError(
      'PER_FLOW_001',
      `The key of item ${wrong} of '${describe(expr.list)}' is ${kindOf(keys[wrong])}, not a ${needed}.`,
    );
  }
  return items[bestOf(keys.filter(isOrdered), expr.op === 'minBy')] ?? null;
}

function isOrdered(key: Json | undefined): key is number | string {
  return typeof key === 'number' || typeof key === 'string';
}

function bestOf(keys: readonly (number | string)[], least: boolean): number {
  return keys.reduce<number>((best, key, i) => {
    const known = keys[best];
    return known !== undefined && (least ? key < known : key > known) ? i : best;
  }, 0);
}
