import { z } from 'zod';
import { cron, gte, implement, model, pipeline, step } from '../../core';

// The example of the README: it must compile as it stands, and its types must be exact.
export const Dataset = z.string().brand<'Dataset'>();
export const Model = z.string().brand<'Model'>();

export const extract = step('extract', {
  input: z.object({ table: z.string(), days: z.int() }),
  output: z.object({ dataset: Dataset, rows: z.int() }),
});
export const train = step('train', {
  input: z.object({ dataset: Dataset, seed: z.int() }),
  output: z.object({ model: Model, auc: z.number() }),
  pool: 'gpu',
  timeout: '2h',
  heartbeat: '30s',
  retry: { attempts: 3, firstDelay: '1m', never: ['BadDataset'] },
});
export const pickBest = step('pick-best', { input: z.array(train.output), output: train.output });
export const deploy = step('deploy', {
  input: z.object({ model: Model, note: z.string().optional() }),
  output: z.object({ url: z.url() }),
});

export const trainChurn = pipeline('train-churn', {
  config: z.object({
    table: z.string(),
    seeds: z.array(z.int()).min(1),
    minAuc: z.number().default(0.85),
  }),
  graph(g, config) {
    const data = g.run(extract, { table: config.table, days: 90 });
    const models = g.map('per-seed', config.seeds, (seed) => g.run(train, { dataset: data.dataset, seed }), {
      maxParallel: 4,
    });
    const best = g.run(pickBest, models);
    return g.branch('quality-gate', gte(best.auc, config.minAuc), {
      then: () => g.run(deploy, { model: best.model }, { after: g.approval('release', { show: best, timeout: '3d' }) }),
    });
  },
});

export const churn = model('churn', {
  retrain: trainChurn,
  config: { table: 'events', seeds: [1, 2, 3] },
  schedule: cron('0 2 * * *'),
  monitors: [{ kind: 'drift', name: 'psi', psi: 0.2 }],
  policy: { cooldown: '1d' },
  serving: { features: { features: [] } },
});

export const gpuSteps = implement(
  { train },
  {
    async train({ dataset, seed }, ctx) {
      ctx.progress({ seed });
      return { model: await ctx.artifacts.pathOf(dataset), auc: 0.9 };
    },
  },
);
