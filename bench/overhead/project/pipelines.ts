import { z } from 'zod';
import { pipeline, step } from '../../../core';

const input = z.object({ n: z.int() });

/** Hands on the number that it was given. Not cached: the engine's own cost is what is measured. */
function noopOn(pool: string) {
  return step('noop', { input, output: input, pool, timeout: '1m', cache: false });
}

/** The same as a local activity. */
const quick = step('quick', { input, output: input, light: true, timeout: '10s', cache: false });

/** The benchmark's steps on a pool, and the pipelines made of them. */
export function workloads(pool: string) {
  const noop = noopOn(pool);
  return {
    contracts: { noop, quick },
    pipelines: [
      chain('bench-chain-50', 50, noop),
      chain('bench-chain-6', 6, noop),
      chain('bench-light-chain-50', 50, quick),
      pipeline('bench-fan-out', {
        config: z.object({ items: z.array(z.int()) }),
        graph: (g, config) => g.map('items', config.items, (n) => g.run(noop, { n })),
      }),
    ],
  };
}

function chain(name: string, length: number, each: ReturnType<typeof noopOn>) {
  return pipeline(name, {
    config: input,
    graph(g, config) {
      let last = g.run(each, { n: config.n }, { id: 'step-1' });
      for (let i = 2; i <= length; i += 1) last = g.run(each, { n: last.n }, { id: `step-${i}` });
      return last;
    },
  });
}
