/* oxlint-disable typescript/no-unsafe-assignment -- what the compiler refuses has the type of an error */
// Danger: a wait for what is no time, found out after the hours that the steps before it took.
import { add, coalesce, type Graph, type Ref, type ValueOf, type Waited } from '../../core';
import { extract, trainChurn } from './churn';
import { type Equal, holds } from './equal';

declare const g: Graph;
declare const config: Ref<{
  hours: number;
  length: '1h' | '2h';
  at: string;
  maybe: string | null;
  on: boolean;
  list: number[];
  when: { at: string };
}>;

export function exact(): void {
  const cooled = g.wait('cool-off', '2h');
  holds<Equal<ValueOf<typeof cooled>, Waited>>();
  holds<Equal<ValueOf<typeof cooled.until>, string>>();
  g.wait('milliseconds', 1_500);
  g.wait('of-config', config.length);
  g.wait('computed', add(config.hours, 1), { after: cooled, tags: ['team:risk'] });
  g.wait('at', { until: '2026-03-01T06:00:00Z' }, { after: [cooled] });
  g.wait('since-1970', { until: add(config.hours, 1) });
  g.wait('named', { until: config.when.at });
  g.wait('its-default', { until: coalesce(config.maybe, '2026-03-01T06:00:00Z') });
  // What comes after it, and what reads it.
  g.run(extract, { table: cooled.until, days: 1 }, { after: cooled });
}

export function refused(): void {
  // @ts-expect-error without a time
  g.wait('w');
  // @ts-expect-error a length in a unit that is none
  g.wait('w', '2weeks');
  // @ts-expect-error a moment where a length is asked
  g.wait('w', '2026-03-01T06:00:00Z');
  // @ts-expect-error what may be null
  g.wait('w', config.maybe);
  // @ts-expect-error a moment that may be null
  g.wait('w', { until: config.maybe });
  // @ts-expect-error what is true or false
  g.wait('w', config.on);
  // @ts-expect-error a list of moments
  g.wait('w', { until: config.list });
  // @ts-expect-error an object that is no moment
  g.wait('w', config.when);
  // @ts-expect-error a reference that has such a field: its moment is `.until`
  g.wait('w', g.wait('v', '1h'));
  // @ts-expect-error a date, which has no JSON form
  g.wait('w', { until: new Date() });
  // @ts-expect-error an option of the other kinds of nodes
  g.wait('w', '2h', { priority: 1 });
  // @ts-expect-error the order belongs to the options
  g.wait('w', { until: config.at, after: g.wait('v', '1h') });
  // @ts-expect-error after what is no reference
  g.wait('w', '2h', { after: trainChurn });
  // @ts-expect-error a field that a wait's value has not
  g.run(extract, { table: g.wait('w', '2h').at, days: 1 });
}
