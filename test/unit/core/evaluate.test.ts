// Danger: an expression that is wrong in silence: a missing value that counts as false, a comparison across types, a
// key that every JavaScript object has.
import { evaluate, evaluateCondition, type Values } from '../../../core/expr/evaluate';
import { and, coalesce, eq, gt, gte, lt, lte, ne, not, or } from '../../../core/expr/build';
import { expressionOf, makeRef, type Ref } from '../../../core/expr/ref';
import { toExpression } from '../../../core/expr/wire';
import type { Json } from '../../../core/plan/json';
import type { Expr } from '../../../core/plan/plan';

interface Config {
  readonly n: number;
  readonly on: boolean;
  readonly none: string | null;
  readonly list: readonly { readonly x: number }[];
  readonly some?: number;
}

const config = makeRef<Config>({ op: 'config', path: [] });
const trained = makeRef<{ auc: number; deep: { a: string[] } }>({ op: 'output', node: 'train', path: [] });
const item = makeRef<{ seed: number }>({ op: 'item', map: 'each', path: [] });

const values: Values = {
  config: { n: 3, on: true, none: null, list: [{ x: 1 }, { x: 2 }] },
  output: (node) => (node === 'train' ? { auc: 0.9, deep: { a: ['p', 'q'] } } : null),
  item: () => ({ seed: 7 }),
};

function valueOf(ref: unknown): Json {
  return evaluate(toExpression(ref, 'a test'), values);
}

describe('an expression', () => {
  it('reads config, outputs, items, lists and lengths', () => {
    expect(valueOf(config.n)).toBe(3);
    expect(valueOf(trained.deep.a[1])).toBe('q');
    expect(valueOf(item)).toEqual({ seed: 7 });
    expect(valueOf(config.list.length)).toBe(2);
    expect(valueOf({ all: [config.n, { auc: trained.auc }], plain: 'x' })).toEqual({
      all: [3, { auc: 0.9 }],
      plain: 'x',
    });
  });

  it.each([
    [gt(config.n, 3), false],
    [gte(config.n, 3), true],
    [lt(config.n, 4), true],
    [lte(4, config.n), false],
    [eq(config.n, 3), true],
    [ne(config.on, true), false],
    [eq(config.none, null), true],
    [and(config.on, gt(config.n, 1)), true],
    [and(), true],
    [or(false, not(config.on)), false],
    [or(), false],
  ])('compares and combines (%#)', (ref: Ref<boolean>, expected) => {
    expect(valueOf(ref)).toBe(expected);
  });

  it('leaves a missing field out of an object and makes it null anywhere else', () => {
    expect(valueOf({ some: config.some, n: config.n })).toEqual({ n: 3 });
    expect(valueOf([config.some])).toEqual([null]);
    expect(valueOf(config.list[9])).toBeNull();
  });

  it('falls back with coalesce, and reads a field of what that gives', () => {
    expect(valueOf(coalesce(config.none, 'x'))).toBe('x');
    expect(valueOf(coalesce(config.some, config.n))).toBe(3);
    expect(valueOf(coalesce(null, trained).auc)).toBe(0.9);
  });

  it('stops at the first argument that decides', () => {
    const broken = makeRef<boolean>({ op: 'output', node: 'other', path: ['a', 'b'] });
    expect(valueOf(or(true, broken))).toBe(true);
    expect(valueOf(and(false, broken))).toBe(false);
    expect(() => valueOf(and(true, broken))).toThrow('PER_FLOW_001');
  });

  it.each<[string, Expr, string]>([
    [
      'a key of nothing',
      { op: 'output', node: 'other', path: ['a'] },
      "'other.a' cannot be read: there is null where 'a' is looked up.",
    ],
    [
      'a key below a missing one',
      { op: 'config', path: ['some', 'x'] },
      "'config.some.x' cannot be read: there is nothing",
    ],
    [
      'a comparison of text',
      { op: 'gt', left: { op: 'literal', value: 'a' }, right: { op: 'literal', value: 1 } },
      'the string "a", not a number',
    ],
    [
      'a condition that is a number',
      { op: 'not', arg: { op: 'config', path: ['n'] } },
      "'config.n' is the number 3, not true or false.",
    ],
  ])('says what is wrong with %s', (_, expr, message) => {
    expect(() => evaluate(expr, values)).toThrow(message);
  });

  it('has no truthiness', () => {
    expect(() => evaluateCondition({ op: 'literal', value: 1 }, values)).toThrow('PER_FLOW_001');
  });

  it.each(['constructor', 'toString', '__proto__'])('knows no key %s that a value does not have', (key) => {
    expect(evaluate({ op: 'config', path: [key] }, values)).toBeNull();
  });
});

describe('a reference', () => {
  it.each<[string, () => unknown]>([
    ['compared', () => Number(config.n) > 2],
    ['printed', (): unknown => Reflect.get(config.n, Symbol.toPrimitive)],
    ['looped over', (): unknown => Reflect.get(config.list, Symbol.iterator)],
    ['spread', () => ({ ...config })],
    ['assigned to', () => Object.assign(config, { n: 1 })],
  ])('says so when it is %s', (_, misuse) => {
    expect(misuse).toThrow('PER_DEF_004');
  });

  it('knows its expression, and plain values have none', () => {
    expect(expressionOf(trained.auc)).toEqual({ op: 'output', node: 'train', path: ['auc'] });
    expect([expressionOf(1), expressionOf(null), expressionOf({})]).toEqual([undefined, undefined, undefined]);
  });
});

describe('what is wired', () => {
  it('keeps plain JSON as one literal', () => {
    expect(toExpression({ a: [1, { b: null }] }, 'x')).toEqual({ op: 'literal', value: { a: [1, { b: null }] } });
    expect(toExpression({ a: undefined, b: 1 }, 'x')).toEqual({ op: 'literal', value: { b: 1 } });
  });

  it.each<[string, unknown, string]>([
    ['a function', { f: () => 1 }, 'the input.f is function'],
    ['a date', [new Date(0)], 'the input[0] is a Date'],
    ['NaN', { n: NaN }, 'the input.n is NaN'],
    ['undefined in a list', [undefined], 'the input[0] is undefined'],
  ])('refuses %s', (_, value, message) => {
    expect(() => toExpression(value, 'the input')).toThrow(message);
  });
});
