import { z } from 'zod';
import { defineConfig, gte, pipeline } from '../../../../core';
import { fail, count, draw, half, make, shout, write } from './contracts';

/** Of everything that can be spun one, and an approval that keeps the run open. */
export const whole = pipeline('whole', {
  config: z.object({ text: z.string().default('hello'), halves: z.array(z.number()).default([8, 20]) }),
  graph(g, { text, halves }) {
    const made = g.run(make, { text });
    const counted = g.run(count, { blob: made.blob, by: 3 });
    const list = g.map('each', halves, (n) => ({ n: g.run(half, { n }).n }));
    const shouted = g.run(shout, { text });
    const drawn = g.run(draw, { blob: made.blob });
    const grown = g.until(
      'grow',
      { n: 1 },
      (last) => {
        const next = g.run(write, { n: last.n }, { id: 'grown' });
        return { next: { n: next.n }, done: gte(next.n, 1) };
      },
      { max: 2 },
    );
    const arm = g.branch('enough', gte(grown.value.n, 1), { then: () => g.run(write, { n: 1 }, { id: 'in-arm' }) });
    const written = g.run(write, { n: 1 }, { after: [counted, shouted, drawn, arm] });
    const sign = g.approval('sign', { show: { list, written } });
    return g.run(count, { blob: made.blob, by: written.n }, { id: 'last', after: sign });
  },
});

export const failing = pipeline('failing', {
  config: z.object({}),
  graph: (g) => g.run(fail, { n: 1 }),
});

export default defineConfig({
  pipelines: [whole, failing],
  models: [],
  steps: { cpu: () => import('./steps.js') },
});
