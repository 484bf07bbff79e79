import { perennialError } from '../errors';
import type { Path } from '../plan/plan';
import { describe, expressionOf, makeRef, type Ref, type RefBase, type ValueOf } from './ref';
import { toExpression } from './wire';

type Scalar = string | number | boolean | null;
type List = RefBase<readonly unknown[]> | readonly unknown[];
type ItemIn<L> = ValueOf<L> extends readonly (infer E)[] ? E : never;

/** No map can be called so: it stands for the item that a key is read from. */
const ITEM = '(list)';

function pathOf<T>(op: string, key: (item: Ref<T>) => unknown): Path {
  const expr = expressionOf(key(makeRef<T>({ op: 'item', map: ITEM, path: [] })));
  if (expr?.op === 'item' && expr.map === ITEM) return expr.path;
  const what = expr ? `'${describe(expr)}'` : 'no reference';
  throw perennialError('PER_DEF_019', `The key of ${op} is ${what}: it is to be a field of the item, and no more.`);
}

/**
 * The item of a list whose key is least, the first of equal ones. A key is a field of the item: a number, or text, which
 * is ordered as JavaScript orders it (so ISO 8601 moments, all UTC, are ordered by time).
 *
 * @throws PER_DEF_019; PER_FLOW_012, in the run, when the list is empty
 */
export function minBy<L extends List>(
  list: L,
  key: (item: Ref<ItemIn<L>>) => RefBase<number> | RefBase<string>,
): Ref<ItemIn<L>> {
  return makeRef<ItemIn<L>>({ op: 'minBy', list: toExpression(list, 'minBy'), key: pathOf('minBy', key) });
}

/**
 * The item of a list whose key is greatest, the first of equal ones; see {@link minBy}.
 *
 * @throws PER_DEF_019; PER_FLOW_012, in the run, when the list is empty
 * @example
 * const best = maxBy(tries, (one) => one.auc);
 */
export function maxBy<L extends List>(
  list: L,
  key: (item: Ref<ItemIn<L>>) => RefBase<number> | RefBase<string>,
): Ref<ItemIn<L>> {
  return makeRef<ItemIn<L>>({ op: 'maxBy', list: toExpression(list, 'maxBy'), key: pathOf('maxBy', key) });
}

/**
 * One field of each item of a list, as a list; null where an item lacks it.
 *
 * @throws PER_DEF_019
 * @example
 * const rows = sum(pluck(parts, (part) => part.rows));
 */
export function pluck<L extends List, T>(list: L, key: (item: Ref<ItemIn<L>>) => RefBase<T>): Ref<T[]> {
  return makeRef<T[]>({ op: 'pluck', list: toExpression(list, 'pluck'), key: pathOf('pluck', key) });
}

/** True when a list of scalars holds the value. */
export function includes<T extends Scalar>(
  list: RefBase<readonly T[]>,
  value: NoInfer<T> | RefBase<NoInfer<T>>,
): Ref<boolean>;
/** True when the value is one of those given. */
export function includes<T extends Scalar>(list: readonly NoInfer<T>[], value: RefBase<T>): Ref<boolean>;
export function includes(list: unknown, value: unknown): Ref<boolean> {
  const parts = { list: toExpression(list, 'includes: list'), value: toExpression(value, 'includes: value') };
  return makeRef<boolean>({ op: 'includes', ...parts });
}
