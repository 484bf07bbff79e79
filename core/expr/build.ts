import type { Expr } from '../plan/plan';
import { makeRef, type Ref, type RefBase, type ValueOf } from './ref';
import { toExpression } from './wire';

type Scalar = string | number | boolean | null;
type Num = number | RefBase<number>;
type Bool = boolean | RefBase<boolean>;

function compare(op: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte', left: unknown, right: unknown): Ref<boolean> {
  return makeRef<boolean>({ op, left: toExpression(left, `${op}: left`), right: toExpression(right, `${op}: right`) });
}

function args(op: string, values: readonly unknown[]): Expr[] {
  return values.map((value, i) => toExpression(value, `${op}: argument ${i + 1}`));
}

/** True when both are the same scalar. The right side must be of the left one's type. */
export function eq<L extends Scalar | RefBase<Scalar>>(left: L, right: ValueOf<L> | RefBase<ValueOf<L>>): Ref<boolean> {
  return compare('eq', left, right);
}

/** True when they differ. */
export function ne<L extends Scalar | RefBase<Scalar>>(left: L, right: ValueOf<L> | RefBase<ValueOf<L>>): Ref<boolean> {
  return compare('ne', left, right);
}

/** left > right, for numbers. */
export function gt(left: Num, right: Num): Ref<boolean> {
  return compare('gt', left, right);
}

/**
 * left >= right, for numbers.
 *
 * @example
 * g.branch('quality-gate', gte(best.auc, config.minAuc), { then: () => g.run(deploy, { model: best.model }) })
 */
export function gte(left: Num, right: Num): Ref<boolean> {
  return compare('gte', left, right);
}

/** left < right, for numbers. */
export function lt(left: Num, right: Num): Ref<boolean> {
  return compare('lt', left, right);
}

/** left <= right, for numbers. */
export function lte(left: Num, right: Num): Ref<boolean> {
  return compare('lte', left, right);
}

/** True when all are; stops at the first that is not. */
export function and(...values: readonly Bool[]): Ref<boolean> {
  return makeRef<boolean>({ op: 'and', args: args('and', values) });
}

/** True when one is; stops at the first that is. */
export function or(...values: readonly Bool[]): Ref<boolean> {
  return makeRef<boolean>({ op: 'or', args: args('or', values) });
}

/** The opposite. */
export function not(value: Bool): Ref<boolean> {
  return makeRef<boolean>({ op: 'not', arg: toExpression(value, 'not') });
}

/** The first when it is neither null nor missing, else the second. */
export function coalesce<A, B>(first: A, second: B): Ref<NonNullable<ValueOf<A>> | ValueOf<B>> {
  return makeRef<NonNullable<ValueOf<A>> | ValueOf<B>>({ op: 'coalesce', args: args('coalesce', [first, second]) });
}
