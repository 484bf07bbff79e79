import { z } from 'zod';
import { pipeline, step } from '../../../core';

/** Hands on the number that it was given. Not cached: the engine's own cost is what is measured. */
export const noop = step('noop', {
  input: z.object({ n: z.int() }),
  output: z.object({ n: z.int() }),
  timeout: '1m',
  cache: false,
});

/** The same as a local activity. */
export const quick = step('quick', {
  input: noop.input,
  output: noop.output,
  light: true,
  timeout: '10s',
  cache: false,
});

function chain(name: string, length: number, each: typeof noop = noop) {
  return pipeline(name, {
    config: z.object({ n: z.int() }),
    graph(g, config) {
      let last = g.run(each, { n: config.n }, { id: 'step-1' });
      for (let i = 2; i <= length; i += 1) last = g.run(each, { n: last.n }, { id: `step-${i}` });
      return last;
    },
  });
}

export const chainOf50 = chain('bench-chain-50', 50);
export const chainOf6 = chain('bench-chain-6', 6);

export const lightChainOf50 = chain('bench-light-chain-50', 50, quick);

export const fanOut = pipeline('bench-fan-out', {
  config: z.object({ items: z.array(z.int()) }),
  graph(g, config) {
    return g.map('items', config.items, (n) => g.run(noop, { n }));
  },
});
