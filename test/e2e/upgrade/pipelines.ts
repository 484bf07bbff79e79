import { z } from 'zod';
import { cron, defineConfig, implement, keys, model, Occasion, pipeline, step } from '../../../core';

// A project that can be had in two editions, which tell in each output whose code ran.

const In = z.object({ n: z.int() });
const Out = z.object({ n: z.int(), by: z.string() });
const options = { input: In, output: Out, cache: false } as const;
const first = step('first', options);
const second = step('second', options);
const item = step('item', { ...options, light: true });
const last = step('last', { ...options, pool: 'gpu' });
const often = { attempts: 100, firstDelay: '1s', factor: 1 } as const;
// A try that its killed worker was in the middle of is given up after this time, and the next one is the other build's.
const stumble = step('stumble', { ...options, pool: 'gpu', timeout: '20s', retry: often });

/** Begins, waits for a person, and then has most of its work to do, on both pools, in shards and in a run of its own. */
const inner = pipeline('inner', { config: In, graph: (g, { n }) => g.run(last, { n }) });
const work = pipeline('work', {
  config: In,
  graph(g, { n }) {
    // Two that do not wait for one another: in which order they are asked for is a matter of the engine's code.
    const [begun, other] = [g.run(first, { n }), g.run(second, { n })];
    const asked = g.approval('ask', { show: begun });
    const items = g.map('each', [1, 2, 3], (each) => g.run(item, { n: each }), { after: [asked] });
    return {
      begun,
      other,
      items,
      ended: g.run(last, { n }, { after: [asked] }),
      called: g.call(inner, { n }, { after: [asked] }),
    };
  },
});

/** Fails with the one edition, again and again, and not with the other. */
const stumbling = pipeline('stumbling', { config: In, graph: (g, { n }) => g.run(stumble, { n }) });

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
export function edition(by: 'one' | 'two') {
  const stumbles = (input: z.infer<typeof In>) => {
    if (by === 'one') throw new Error('not with this edition');
    return say(input);
  };
  const say = ({ n }: { readonly n: number }) => ({ n, by });
  return defineConfig({
    pipelines: [work, inner, stumbling, fill, retrain],
    models: [kept],
    steps: {
      cpu: () => Promise.resolve({ cpu: implement({ first, second, item }, { first: say, second: say, item: say }) }),
      gpu: () => Promise.resolve({ gpu: implement({ last, stumble }, { last: say, stumble: stumbles }) }),
    },
  });
}

/** What is left when the model, and the pipeline of a back-fill, are taken out. */
export const bare = defineConfig({
  pipelines: [work, inner, stumbling, retrain],
  models: [],
  steps: {
    cpu: () =>
      Promise.resolve({ cpu: implement({ first, second, item }, { first: leave, second: leave, item: leave }) }),
    gpu: () => Promise.resolve({ gpu: implement({ last, stumble }, { last: leave, stumble: leave }) }),
  },
});

function leave({ n }: z.infer<typeof In>) {
  return { n, by: 'nobody' };
}
