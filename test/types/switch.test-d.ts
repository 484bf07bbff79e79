/* oxlint-disable typescript/no-unsafe-assignment, eslint/no-unused-vars -- what the compiler refuses has the type of an error; types are all there is */
// Danger: a switch whose missing arm does not show in its type, or with an arm for a value that never comes.
import { coalesce, type Graph, type Ref, type ValueOf } from '../../core';
import { extract } from './churn';
import { type Equal, holds } from './equal';

declare const g: Graph;
declare const config: Ref<{
  kind: 'a' | 'b';
  level: 1 | 2;
  name: string;
  on: boolean;
  maybe: 'a' | null;
  list: number[];
}>;

export function exact(): void {
  const both = g.branch('both', config.kind, { switch: { a: () => 1, b: () => 'x' } });
  holds<Equal<ValueOf<typeof both>, number | string>>();
  const one = g.branch('one', config.kind, { switch: { a: () => config.list } });
  holds<Equal<ValueOf<typeof one>, number[] | null>>();
  const rest = g.branch('rest', config.kind, { switch: { a: () => config.list }, else: () => config.name });
  holds<Equal<ValueOf<typeof rest>, number[] | string>>();
  const levels = g.branch('levels', config.level, { switch: { 1: () => config.list, 2: () => undefined } });
  holds<Equal<ValueOf<typeof levels>, number[] | null>>();
  const open = g.branch('open', config.name, { switch: { x: () => config.list } });
  holds<Equal<ValueOf<typeof open>, number[] | null>>();
  // Joined again: the null of the missing arm is given a value.
  g.run(extract, { table: 't', days: coalesce(one, config.list).length }, { id: 'first' });
  const ran = g.branch('ran', config.kind, {
    switch: { a: () => g.run(extract, { table: 'a', days: 1 }), b: () => g.run(extract, { table: 'b', days: 2 }) },
  });
  g.run(extract, { table: 't', days: ran.rows }, { id: 'then' });
}

export function refused(): void {
  // @ts-expect-error an arm for a value that never comes
  g.branch('s', config.kind, { switch: { a: () => 1, c: () => 2 } });
  // @ts-expect-error a number that never comes
  g.branch('s', config.level, { switch: { 1: () => 1, 3: () => 2 } });
  // @ts-expect-error a switch by what is true or false
  g.branch('s', config.on, { switch: { true: () => 1 } });
  // @ts-expect-error a switch by what may be null
  g.branch('s', config.maybe, { switch: { a: () => 1 } });
  // @ts-expect-error a switch by a list
  g.branch('s', config.list, { switch: { a: () => 1 } });
  // @ts-expect-error an arm that is no function
  g.branch('s', config.kind, { switch: { a: 1, b: () => 2 } });
  // @ts-expect-error arms of a condition for a value
  g.branch('s', config.kind, { then: () => 1 });
  const one = g.branch('s', config.kind, { switch: { a: () => g.run(extract, { table: 'a', days: 1 }) } });
  // @ts-expect-error the value of a switch that may have taken no arm
  g.run(extract, { table: 't', days: one.rows });
}
