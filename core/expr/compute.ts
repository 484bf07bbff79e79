import { perennialError } from '../errors';
import { makeRef, type Ref, type RefBase } from './ref';
import { toExpression } from './wire';

type Num = number | RefBase<number>;
type Numbers = RefBase<readonly number[]> | readonly Num[];

/** Most decimal digits that {@link round} keeps: a number has no more than that. */
const MOST_DIGITS = 15;

function calculate(op: 'add' | 'subtract' | 'multiply' | 'divide', left: Num, right: Num): Ref<number> {
  return makeRef<number>({ op, left: toExpression(left, `${op}: left`), right: toExpression(right, `${op}: right`) });
}

/**
 * The sum of two or more numbers.
 *
 * @throws PER_FLOW_011, in the run, when the result is no finite number; so do the others here
 */
export function add(left: Num, right: Num, ...more: readonly Num[]): Ref<number> {
  return more.reduce<Ref<number>>((sum, next) => calculate('add', sum, next), calculate('add', left, right));
}

/** left - right. */
export function subtract(left: Num, right: Num): Ref<number> {
  return calculate('subtract', left, right);
}

/** The product of two or more numbers. */
export function multiply(left: Num, right: Num, ...more: readonly Num[]): Ref<number> {
  const first = calculate('multiply', left, right);
  return more.reduce<Ref<number>>((product, next) => calculate('multiply', product, next), first);
}

/**
 * left / right.
 *
 * @throws PER_FLOW_011, in the run, when `right` is 0
 * @example
 * g.branch('enough', gte(divide(data.rows, config.parts), 1000), { then: () => g.run(deploy, { model: best.model }) })
 */
export function divide(left: Num, right: Num): Ref<number> {
  return calculate('divide', left, right);
}

/**
 * The nearest number with so many decimal digits (0 to 15), halves away from zero.
 *
 * @throws PER_DEF_019
 */
export function round(value: Num, digits = 0): Ref<number> {
  if (!Number.isInteger(digits) || digits < 0 || digits > MOST_DIGITS) {
    throw perennialError('PER_DEF_019', `round to ${digits} digits: it is to be a count from 0 to ${MOST_DIGITS}.`);
  }
  return makeRef<number>({ op: 'round', arg: toExpression(value, 'round'), digits });
}

/** The sum of a list of numbers; 0 of an empty one. */
export function sum(list: Numbers): Ref<number> {
  return makeRef<number>({ op: 'sum', list: toExpression(list, 'sum') });
}

/**
 * The least of some numbers, or of a list of numbers.
 *
 * @throws PER_FLOW_012, in the run, when the list is empty
 */
export function min(list: RefBase<readonly number[]>): Ref<number>;
export function min(first: Num, second: Num, ...more: readonly Num[]): Ref<number>;
export function min(first: Num | RefBase<readonly number[]>, ...more: readonly Num[]): Ref<number> {
  return makeRef<number>({ op: 'min', list: toExpression(more.length === 0 ? first : [first, ...more], 'min') });
}

/**
 * The greatest of some numbers, or of a list of numbers.
 *
 * @throws PER_FLOW_012, in the run, when the list is empty
 */
export function max(list: RefBase<readonly number[]>): Ref<number>;
export function max(first: Num, second: Num, ...more: readonly Num[]): Ref<number>;
export function max(first: Num | RefBase<readonly number[]>, ...more: readonly Num[]): Ref<number> {
  return makeRef<number>({ op: 'max', list: toExpression(more.length === 0 ? first : [first, ...more], 'max') });
}
