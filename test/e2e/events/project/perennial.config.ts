import { z } from 'zod';
import { defineConfig, implement, pipeline, step } from '../../../../core';

// Chains of steps that do next to nothing, of each kind of step that Temporal's history tells apart.

const N = z.object({ n: z.number() });
const contract = { input: N, output: N } as const;
const near = step('near', { ...contract, cache: false });
const light = step('light', { ...contract, cache: false, light: true });
const far = step('far', { ...contract, cache: false, pool: 'gpu' });
const farCached = step('far-cached', { ...contract, pool: 'gpu' });

const plus = ({ n }: z.output<typeof N>) => ({ n: n + 1 });
const cpu = implement({ near, light }, { near: plus, light: plus });
const gpu = implement({ far, farCached }, { far: plus, farCached: plus });

function chain(each: typeof near, length: number) {
  return pipeline(`${each.name}-${length}`, {
    config: N,
    graph(g, config) {
      let last = g.run(each, { n: config.n }, { id: 'step-1' });
      for (let i = 2; i <= length; i += 1) last = g.run(each, { n: last.n }, { id: `step-${i}` });
      return last;
    },
  });
}

export default defineConfig({
  pipelines: [near, light, far, farCached].flatMap((each) => [chain(each, 5), chain(each, 25)]),
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu }), gpu: () => Promise.resolve({ gpu }) },
});
