/* oxlint-disable typescript/no-unsafe-return -- what the compiler refuses has the type of an error */
// Danger: a graph that reads the window of a partition that has none, or of a pipeline without partitions.
import { z } from 'zod';
import { daily, keys, monthly, type Pipeline, pipeline, type Ref, template, type TimePartition } from '../../core';
import { extract } from './churn';
import { type Equal, holds } from './equal';

const config = z.object({ table: z.string() });

export const nightly = pipeline('nightly', {
  partitions: daily({ from: '2026-01-01', timezone: 'Europe/Berlin' }),
  config,
  graph(g, given, day) {
    holds<Equal<typeof day, Ref<TimePartition>>>();
    return g.run(extract, { table: template`${given.table} from ${day.from} to ${day.to}`, days: 1 });
  },
});

export const regional = pipeline('regional', {
  partitions: keys(['eu', 'us']),
  config,
  graph(_g, _given, region) {
    holds<Equal<typeof region, Ref<{ readonly key: 'eu' | 'us' }>>>();
    return region.key;
  },
});
holds<typeof regional extends Pipeline<typeof config, 'eu' | 'us'> ? true : false>();

export const plain = pipeline('plain', { config, graph: (_g, given) => given.table });

export function refused(): void {
  pipeline('no-window', {
    partitions: keys(['eu']),
    config,
    // @ts-expect-error a name has no window
    graph: (_g, _given, region) => region.from,
  });
  pipeline('no-partitions', {
    config,
    // @ts-expect-error a pipeline without partitions hands none over
    graph: (_g, _given, day) => day.key,
  });
  // @ts-expect-error partitions that are none
  pipeline('wrong', { partitions: 'daily', config, graph: () => null });
  // @ts-expect-error without a first one
  daily({ timezone: 'UTC' });
  // @ts-expect-error names that are no text
  keys([1, 2]);
  // @ts-expect-error a moment where a month is asked
  monthly({ from: new Date() });
}
