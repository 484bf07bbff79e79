import { z } from 'zod';
import { cron, defineConfig, implement, keys, model, Occasion, pipeline, step } from '../../../core';

// A project that can be had in two editions, which tell in each output whose code ran.

const In = z.object({ n: z.int() });
const Out = z.object({ n: z.int(), by: z.string() });
const options = { input: In, output: Out, cache: false } as const;
const first = step('first', options);
const item = step('item', { ...options, light: true });
const last = step('last', { ...options, pool: 'gpu' });

/** Begins, waits for a person, and then has most of its work to do, on both pools, in shards and in a run of its own. */
const inner = pipeline('inner', { config: In, graph: (g, { n }) => g.run(last, { n }) });
const work = pipeline('work', {
  config: In,
  graph(g, { n }) {
    const begun = g.run(first, { n });
    const asked = g.approval('ask', { show: begun });
    const items = g.map('each', [1, 2, 3], (each) => g.run(item, { n: each }), { after: [asked] });
    return {
      begun,
      items,
      ended: g.run(last, { n }, { after: [asked] }),
      called: g.call(inner, { n }, { after: [asked] }),
    };
  },
});

const fill = pipeline('fill', {
  config: z.object({}),
  partitions: keys(['a', 'b', 'c']),
  graph(g) {
    const asked = g.approval('ask', { show: 1 });
    return g.run(first, { n: 1 }, { after: [asked] });
  },
});

const retrain = pipeline('retrain', {
  config: z.object({ occasion: Occasion }),
  graph: (g) => g.run(first, { n: 1 }),
});

/** Nothing trains it: what counts here is its keeper. */
const kept = model('kept', {
  retrain,
  config: {},
  schedule: cron('0 2 1 1 *', { timezone: 'UTC' }),
  monitors: [],
  policy: { cooldown: '1d' },
  serving: { features: {}, eventTime: 'at' },
  clock: 'event',
});

/** @param by what outputs say of the code that made them */
export function edition(by: string) {
  const say = ({ n }: { readonly n: number }) => ({ n, by });
  return defineConfig({
    pipelines: [work, inner, fill, retrain],
    models: [kept],
    steps: {
      cpu: () => Promise.resolve({ cpu: implement({ first, item }, { first: say, item: say }) }),
      gpu: () => Promise.resolve({ gpu: implement({ last }, { last: say }) }),
    },
  });
}
