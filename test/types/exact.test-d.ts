// Danger: a type that says less than it could, so that wrong wiring compiles. Checked by `npm run typecheck`.
import type { z } from 'zod';
import { z as zod } from 'zod';
import {
  coalesce,
  type ConfigOf,
  eq,
  type InputOf,
  type OutputOf,
  pipeline,
  type Ref,
  type Settled,
  step,
} from '../../core';
import type { flightDelays } from '../../pipelines/flight-delays/pipeline';
import type { watchFlights } from '../../pipelines/flight-delays/watch';
import { type Dataset, extract, type train, type trainChurn } from './churn';
import { type Equal, holds } from './equal';

// The result type of a pipeline is exact; a branch without `else` may give null.
holds<Equal<OutputOf<typeof trainChurn>, { url: string } | null>>();
holds<Equal<OutputOf<typeof flightDelays>, { handed: true; version: number } | { handed: false; version: number }>>();
holds<Equal<OutputOf<typeof watchFlights>[number]['verdicts'][number]['outcome'], 'ok' | 'alarm' | 'insufficient'>>();

// A run is started with what has no default.
holds<Equal<ConfigOf<typeof trainChurn>, { table: string; seeds: number[]; minAuc?: number | undefined }>>();

// What a step asks for carries the brands that zod leaves out of input types.
holds<Equal<InputOf<typeof train>['dataset'], z.output<typeof Dataset>>>();

const seeds = zod.object({ seeds: zod.array(zod.int()), name: zod.string().optional(), on: zod.boolean() });

export const shapes = pipeline('shapes', {
  config: seeds,
  graph(g, config) {
    const each = g.map('each', config.seeds, (seed) => ({
      seed,
      rows: g.run(extract, { table: 't', days: seed }).rows,
    }));
    const either = g.branch('either', config.on, {
      then: () => g.run(extract, { table: 'a', days: 1 }),
      else: () => 'none',
    });
    const nothing = g.branch('nothing', config.on, { then: () => undefined });
    const tries = g.map(
      'tries',
      config.seeds,
      (seed) => g.run(extract, { table: 't', days: seed }, { id: 'try' }).rows,
      {
        tolerate: 'all',
      },
    );
    return {
      each,
      tries,
      either,
      nothing,
      first: config.seeds[0],
      name: coalesce(config.name, 'x'),
      count: config.seeds.length,
    };
  },
});
holds<
  Equal<
    OutputOf<typeof shapes>,
    {
      each: { seed: number; rows: number }[];
      tries: Settled<number>[];
      either: { dataset: z.output<typeof Dataset>; rows: number } | string;
      nothing: null;
      // A list may be empty.
      first: number | null;
      name: string;
      count: number;
    }
  >
>();

// Fields of a union are those that all of its members have.
declare const union: Ref<{ kind: 'a'; n: number } | { kind: 'b'; s: string }>;
holds<Equal<typeof union.kind, Ref<'a' | 'b'>>>();
eq(union.kind, 'a');

// A handler's own brand: a step that takes a transformed input is given what goes in.
export const length = step('length', {
  input: zod.object({ text: zod.string().transform((s) => s.length) }),
  output: zod.number(),
});
holds<Equal<InputOf<typeof length>, { text: string }>>();
