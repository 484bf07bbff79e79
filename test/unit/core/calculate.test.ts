// Danger: a number, a text or a choice that is wrong in silence: NaN or infinity in the records, an order across types,
// a division by zero that goes on as null, an expression that changes on its way through JSON.
import fc from 'fast-check';
import {
  add,
  divide,
  gte,
  includes,
  max,
  maxBy,
  min,
  minBy,
  multiply,
  pluck,
  type Ref,
  round,
  subtract,
  sum,
  template,
} from '../../../core';
import { evaluate, type Values } from '../../../core/expr/evaluate';
import { allParts, readNodes } from '../../../core/expr/reads';
import { makeRef } from '../../../core/expr/ref';
import { exprText } from '../../../core/expr/text';
import { toExpression } from '../../../core/expr/wire';
import type { Json } from '../../../core/plan/json';
import { throughJson } from './drive';

interface Trial {
  readonly auc: number;
  readonly at: string;
  readonly deep: { readonly loss: number };
}
interface Config {
  readonly a: number;
  readonly b: number;
  readonly name: string;
  readonly on: boolean;
  readonly kind: 'x' | 'y';
  readonly numbers: readonly number[];
  readonly none: readonly number[];
  readonly names: readonly string[];
  readonly trials: readonly Trial[];
  readonly first: Trial;
  readonly second: Trial;
}

const config = makeRef<Config>({ op: 'config', path: [] });
const trial = (auc: number, at: string, loss: number): Json => ({ auc, at, deep: { loss } });
const given: Json = {
  a: 7,
  b: 2,
  name: 'ana',
  on: true,
  kind: 'x',
  numbers: [3, 1, 2],
  none: [],
  names: ['p', 'q'],
  first: trial(0.7, '', 0),
  second: trial(0.9, '', 0),
  trials: [
    trial(0.7, '2001-01-02T00:00:00.000Z', 5),
    trial(0.9, '2001-01-01T00:00:00.000Z', 4),
    trial(0.9, '2001-01-03T00:00:00.000Z', 4),
  ],
};

function valueOf(ref: unknown, from: Json = given): Json {
  const values: Values = { config: from, output: () => null, item: () => null };
  // As in a run: the plan has been through JSON.
  return evaluate(throughJson(toExpression(ref, 'a test')), values);
}

describe('a calculation', () => {
  it.each<[string, unknown, Json]>([
    ['add', add(config.a, config.b), 9],
    ['add of many', add(config.a, 1, config.b, 0.5), 10.5],
    ['subtract', subtract(config.b, config.a), -5],
    ['multiply', multiply(config.a, config.b, 10), 140],
    ['divide', divide(config.a, config.b), 3.5],
    ['round', round(divide(config.a, 3)), 2],
    ['round to digits', round(divide(config.a, 3), 2), 2.33],
    ['round of a half', round(subtract(0, 2.5)), -3],
    ['sum', sum(config.numbers), 6],
    ['sum of nothing', sum(config.none), 0],
    ['sum of what is written', sum([config.a, 1]), 8],
    ['min of a list', min(config.numbers), 1],
    ['max of a list', max(config.numbers), 3],
    ['min of numbers', min(config.a, config.b, 5), 2],
    ['max of numbers', max(config.a, 5), 7],
    ['a condition on one', gte(subtract(config.a, config.b), 5), true],
    ['a template', template`${config.name}: ${config.a} of ${divide(1, 4)}, ${config.on}!`, 'ana: 7 of 0.25, true!'],
    ['a template without values', template`plain`, 'plain'],
    ['a length', config.trials.length, 3],
    ['includes', includes(config.names, 'q'), true],
    ['includes none', includes(config.names, config.name), false],
    ['one of some', includes(['x', 'y'], config.kind), true],
    ['pluck', pluck(config.trials, (t) => t.deep.loss), [5, 4, 4]],
    ['the most of a field', max(pluck(config.trials, (t) => t.auc)), 0.9],
  ])('%s', (_, ref, expected) => {
    expect(valueOf(ref)).toEqual(expected);
  });

  it('chooses the item by a field, the first of equal ones, and reads on from it', () => {
    expect(valueOf(maxBy(config.trials, (t) => t.auc).at)).toBe('2001-01-01T00:00:00.000Z');
    expect(valueOf(minBy(config.trials, (t) => t.deep.loss).at)).toBe('2001-01-01T00:00:00.000Z');
    expect(valueOf(maxBy(config.trials, (t) => t.at).at)).toBe('2001-01-03T00:00:00.000Z');
    expect(valueOf(minBy(config.numbers, (n) => n))).toBe(1);
    expect(valueOf(maxBy([config.first, config.second], (t) => t.auc).auc)).toBe(0.9);
  });

  it.each<[string, unknown, string]>([
    ['a division by zero', divide(config.a, subtract(2, config.b)), "'config.a ÷ (2 − config.b)' divides 7 by zero."],
    ['a result without end', multiply(1e300, 1e300), 'is too large for a number'],
    ['the least of nothing', min(config.none), "[PER_FLOW_012] 'min(config.none)' was given an empty list."],
    ['the best of nothing', maxBy(config.none, (n) => n), "'maxBy(config.none, item)' was given an empty list."],
    ['text as a number', add(makeRef<number>({ op: 'config', path: ['name'] }), 1), 'the string "ana", not a number.'],
    [
      'text among numbers',
      sum(makeRef<number[]>({ op: 'config', path: ['names'] })),
      "'config.names[0]' is the string",
    ],
    ['no list', sum(makeRef<number[]>({ op: 'config', path: ['a'] })), "'config.a' is the number 7, not a list."],
    [
      'a list in text',
      template`${makeRef<string>({ op: 'config', path: ['names'] })}`,
      'is a list, which has no place',
    ],
    ['nothing in text', template`${makeRef<string>({ op: 'config', path: ['gone'] })}`, 'is null, which has no place'],
    [
      'keys of two kinds',
      minBy(makeRef<{ k: number }[]>({ op: 'literal', value: [{ k: 1 }, { k: 'a' }] }), (i) => i.k),
      'The key of item 1 of \'[{"k":1},{"k":"a"}]\' is the string "a", not a number as of item 0.',
    ],
    [
      'a key that an item lacks',
      minBy(makeRef<{ k: number }[]>({ op: 'literal', value: [{}] }), (i) => i.k),
      'is nothing, not a number or text.',
    ],
    [
      'a key below nothing',
      pluck(makeRef<{ k: { l: number } }[]>({ op: 'literal', value: [{ k: null }] }), (i) => i.k.l),
      "There is null in item 0 of '[{\"k\":null}]' where 'l' is looked up.",
    ],
  ])('says what is wrong with %s', (_, ref, message) => {
    expect(() => valueOf(ref)).toThrow(message);
  });

  it('refuses a key that is computed, or of something else, and digits that are no count', () => {
    expect(() => maxBy(config.trials, (t) => add(t.auc, 1))).toThrow('PER_DEF_019');
    expect(() => maxBy(config.trials, () => config.a)).toThrow("The key of maxBy is 'config.a'");
    expect(() => round(config.a, 0.5)).toThrow('PER_DEF_019');
    expect(() => round(config.a, 16)).toThrow('PER_DEF_019');
  });

  it('is read by checks and the interpreter with all its parts', () => {
    const out = (node: string): Ref<number> => makeRef<number>({ op: 'output', node, path: [] });
    const list = makeRef<{ n: number }[]>({ op: 'output', node: 'list', path: [] });
    const all = template`${add(out('a'), divide(out('b'), round(out('c'))))} ${min(out('d'), 1)} ${includes(
      pluck(list, (i) => i.n),
      sum([out('e'), maxBy(list, (i) => i.n).n]),
    )}`;
    const expr = toExpression(all, 'all');
    expect(readNodes(expr).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'list']);
    // A key's own reference stays inside: no map is called so.
    expect(allParts(expr).some((part) => part.op === 'item')).toBe(false);
  });

  it('reads as people write it', () => {
    const text = (ref: unknown): string => exprText(toExpression(ref, 'x'));
    expect(text(multiply(add(config.a, 1), config.b))).toBe('(config.a + 1) × config.b');
    expect(text(round(maxBy(config.trials, (t) => t.deep.loss).auc, 2))).toBe(
      'round((maxBy(config.trials, deep.loss)).auc, 2)',
    );
    expect(text(template`${config.name}-${config.a}`)).toBe('"{config.name}-{config.a}"');
    expect(text(includes(['x'], config.kind))).toBe('config.kind in ["x"]');
    expect(text(gte(min(config.a, 1), sum(config.numbers)))).toBe('min([config.a, 1]) ≥ sum(config.numbers)');
  });
});

describe('laws of calculation', () => {
  // JSON has no negative zero.
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n));
  const numbers = fc.array(number, { minLength: 1 });

  it('gives a finite number or PER_FLOW_011, as JavaScript computes it, and never a negative zero', () => {
    const computed: [(a: Ref<number>, b: Ref<number>) => Ref<number>, (a: number, b: number) => number][] = [
      [add, (a, b) => a + b],
      [subtract, (a, b) => a - b],
      [multiply, (a, b) => a * b],
      [divide, (a, b) => a / b],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...computed), number, number, ([build, plain], a, b) => {
        const expected = plain(a, b);
        const run = (): Json => valueOf(build(config.a, config.b), { a, b });
        if (Number.isFinite(expected)) expect(run()).toBe(expected === 0 ? 0 : expected);
        else expect(run).toThrow('PER_FLOW_011');
      }),
    );
  });

  it('finds the least and the greatest, which are in the list, by value and by key alike', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        const from = { numbers: list, trials: list.map((auc) => ({ auc })) };
        const least = valueOf(min(config.numbers), from);
        expect(list.every((n) => n >= Number(least))).toBe(true);
        expect(list.some((n) => n === least)).toBe(true);
        expect(valueOf(minBy(config.trials, (t) => t.auc).auc, from)).toBe(list.find((n) => n === least));
        expect(valueOf(max(config.numbers), from)).toEqual(
          valueOf(
            maxBy(config.numbers, (n) => n),
            from,
          ),
        );
        expect(valueOf(includes(config.numbers, min(config.numbers)), from)).toBe(true);
      }),
    );
  });

  it('writes any text, number and boolean as JavaScript does', () => {
    fc.assert(
      fc.property(fc.string(), number, fc.boolean(), (name, a, on) => {
        expect(valueOf(template`${config.name}|${config.a}|${config.on}`, { name, a, on })).toBe(`${name}|${a}|${on}`);
      }),
    );
  });

  it('is within half of the last digit after rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.nat(6), (a, digits) => {
        const rounded = Number(valueOf(round(config.a, digits), { a }));
        expect(Math.abs(rounded - a)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-9);
      }),
    );
  });
});
