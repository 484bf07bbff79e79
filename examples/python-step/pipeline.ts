import { minBy, pipeline, step } from 'perennial-ml';
import { z } from 'zod';

const File = z.string().regex(/^[0-9a-f]{64}$/, 'the digest of an artifact');

export const draw = step('draw', {
  input: z.object({ points: z.int(), seed: z.int() }),
  output: z.object({ points: File }),
});

export const fit = step('fit', {
  input: z.object({ points: File, rate: z.number(), epochs: z.int() }),
  output: z.object({ rate: z.number(), slope: z.number(), intercept: z.number(), loss: z.number(), model: File }),
  timeout: '10m',
  heartbeat: '10s',
});

/** Draws points around a line, fits a line to them with several learning rates, and keeps the best one. */
export const line = pipeline('line', {
  config: z.object({
    points: z.int().min(2).default(200),
    seed: z.int().default(1),
    rates: z.array(z.number()).min(1).default([0.001, 0.01, 0.1]),
    epochs: z.int().min(1).default(200),
  }),
  graph(g, config) {
    const { points } = g.run(draw, { points: config.points, seed: config.seed });
    const tries = g.map('rates', config.rates, (rate) => g.run(fit, { points, rate, epochs: config.epochs }));
    return minBy(tries, (one) => one.loss);
  },
});
