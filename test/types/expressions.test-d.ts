/* oxlint-disable typescript/no-unsafe-return, typescript/no-unnecessary-type-parameters -- what the compiler refuses has the type of an error; a type parameter is all there is */
// Danger: an expression over values of the wrong type that compiles, or one whose type is wider than its value.
import {
  add,
  divide,
  gt,
  includes,
  max,
  maxBy,
  min,
  minBy,
  pluck,
  type Ref,
  round,
  sum,
  template,
  type ValueOf,
} from '../../core';
import { type Equal, holds } from './equal';

declare const config: Ref<{
  n: number;
  name: string;
  on: boolean;
  note: string | null;
  maybe: number | null;
  kind: 'a' | 'b';
  kinds: ('a' | 'b')[];
  numbers: number[];
  trial: { at: string; tags: string[] };
  trials: { auc: number; at: string; loss: number | null; tags: string[] }[];
}>;

declare const given: <T extends true>(_value: object) => T;
declare const gone: (_value: Ref<string>) => void;

export function exact(): void {
  const best = maxBy(config.trials, (t) => t.auc);
  holds<Equal<ValueOf<typeof best>, { auc: number; at: string; loss: number | null; tags: string[] }>>();
  gt(best.auc, 0.5);
  const either = minBy([config.trial, config.trial], (t) => t.at);
  gt(either.tags.length, 0);
  const few = {
    number: minBy(config.numbers, (n) => n),
    losses: pluck(config.trials, (t) => t.loss),
    text: template`${config.name}-${config.n}-${config.on}-${config.kind}-${1}`,
    sums: [add(config.n, 1, config.trials.length), round(divide(config.n, 2), 1), sum(config.numbers)],
  };
  given<Equal<ValueOf<typeof few>, { number: number; losses: (number | null)[]; text: string; sums: number[] }>>(few);
  includes(config.kinds, 'a');
  includes(config.kinds, config.kind);
  includes(['a'], config.kind);
  min(config.numbers);
  max(config.n, 1);
}

export function refused(): void {
  // @ts-expect-error text as a number
  add(config.name, 1);
  // @ts-expect-error what may be null as a number
  divide(config.maybe, 2);
  // @ts-expect-error a list of something else than numbers
  sum(config.trials);
  // @ts-expect-error the least of one number
  min(config.n);
  // @ts-expect-error the greatest of texts
  max(config.kinds);
  // @ts-expect-error a key that may be null
  maxBy(config.trials, (t) => t.loss);
  // @ts-expect-error a key without an order
  maxBy(config.trials, (t) => t.tags);
  // @ts-expect-error a key that is not there
  minBy(config.trials, ({ acu }) => acu);
  // @ts-expect-error a key that is computed by JavaScript
  minBy(config.numbers, () => 1);
  // @ts-expect-error the best of something that is no list
  maxBy(config.n, (n) => n);
  // @ts-expect-error a value that the list never holds
  includes(config.kinds, 'c');
  // @ts-expect-error a value that is never one of those
  includes(['a', 'c'], config.kind);
  // @ts-expect-error null in text
  gone(template`${config.note}`);
  // @ts-expect-error an object in text
  gone(template`${config.trials}`);
}
