import { z } from 'zod';
import { cron, defineConfig, model, Occasion, pipeline } from '../../../core';
import { columns, features, flights, late, time } from '../../../pipelines/flight-delays/data';
import { collect, decline, deploy, evaluate, findChampion, register, split, train } from '../../../steps';

// A project whose one model is made by the standard steps from two days of real flights: small, so that it trains in
// seconds; and with enough trees that a test has time to harm it meanwhile.

/** Rounds of the candidate's training: what tells its progress from the baseline's. */
export const TREES = 300;
/** Of the sample and of the split. */
export const SEED = 1;

const days = { from: '2001-01-01T00:00:00.000Z', to: '2001-01-03T00:00:00.000Z' };
const trainer = { name: 'gbdt' as const, parameters: { trees: TREES, leaves: 15, learningRate: 0.03 } };

const retrain = pipeline('two-days', {
  config: z.object({ model: z.string(), occasion: Occasion }),
  graph(g, { model: name, occasion }) {
    const sample = { rows: 20_000, seed: SEED };
    const raw = g.run(collect, { source: flights, columns, time, window: days, sample });
    const by = { kind: 'random' as const, testShare: 0.3, seed: SEED };
    const parts = g.run(split, { dataset: raw.dataset, by });
    const fit = { dataset: parts.train, features, label: late };
    const candidate = g.run(train, { ...fit, trainer }, { id: 'train-candidate' });
    const baseline = g.run(train, { ...fit, trainer: { name: 'linear' as const } }, { id: 'train-baseline' });
    const champion = g.run(findChampion, { model: name });
    const evaluation = g.run(evaluate, {
      dataset: parts.test,
      features,
      label: late,
      candidate: candidate.model,
      baseline: baseline.model,
      champion: champion.artifact,
    });
    const { version } = g.run(register, {
      model: name,
      trained: candidate,
      features,
      label: late,
      evaluation,
      trainedOn: days,
      occasion,
    });
    const handover = { model: name, version, occasion, reason: evaluation.reason };
    return g.branch('gate', evaluation.passes, {
      then: () => g.run(deploy, handover),
      else: () => g.run(decline, handover),
    });
  },
});

/** The model that a person asks for. */
export const flightsModel = model('two-days-model', {
  retrain,
  config: { model: 'two-days-model' },
  schedule: cron('0 2 * * *', { timezone: 'UTC' }),
  monitors: [],
  policy: { cooldown: '1d' },
  serving: { features, eventTime: time },
  clock: 'event',
});

export default defineConfig({ pipelines: [retrain], models: [flightsModel], steps: {} });
