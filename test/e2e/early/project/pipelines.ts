import { z } from 'zod';
import { pipeline } from '../../../../core';
import { fit, keep, plus, weigh } from './contracts';

const config = z.object({ folder: z.string() });

/** fit (on the pool gpu, has a cache) -> plus (on the workflows' pool, has one too) */
export const line = pipeline('line', {
  config,
  graph: (g, { folder }) => g.run(plus, { n: g.run(fit, { folder, n: 1 }).n }),
});

/** What is ready together. */
export const fan = pipeline('fan', {
  config,
  graph: (g, { folder }) => g.map('each', [10, 20, 30], (n) => g.run(fit, { folder, n }).n),
});

export const blobs = pipeline('blobs', { config, graph: (g, { folder }) => g.run(keep, { folder, text: 'kept' }) });

export const uncached = pipeline('uncached', {
  config,
  graph: (g, { folder }) => g.run(fit, { folder, n: 1 }, { cache: false }),
});

/** Inputs that are more together than one message to Temporal holds. */
export const heavy = pipeline('heavy', {
  config: z.object({ text: z.string(), items: z.array(z.int()) }),
  graph: (g, { text, items }) => g.map('each', items, (n) => g.run(weigh, { n, text }).n),
});
