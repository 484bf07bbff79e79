import { Occasion, pipeline, template } from 'perennial-ml';
import {
  collect,
  decline,
  deploy,
  evaluate,
  findChampion,
  GbdtParameters,
  register,
  Source,
  split,
  train,
  Window,
} from 'perennial-ml/steps';
import { z } from 'zod';
import { chooseRows, explain } from './contracts';
import { columns, customers, features, hasLeft, time } from './data';

/** Collects, trains a model beside a baseline, and hands it over when it is better than what there is. */
export const trainChurn = pipeline('train-churn', {
  description: 'Trains the model that says which customers are about to leave.',
  owners: ['you'],
  config: z.object({
    model: z.string().default('churn').describe('The model that the version is of.'),
    source: Source.default(customers).describe('The Parquet file with the rows.'),
    first: Window.default({ from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' }).describe(
      'The rows of the first training.',
    ),
    days: z.int().positive().default(28).describe('Days that later trainings learn from.'),
    testShare: z.number().gt(0).lt(1).default(0.25).describe('Share of the rows that judge the model.'),
    gbdt: GbdtParameters.prefault({ trees: 40, leaves: 15 }).describe('Gradient boosting.'),
    seed: z.int().default(1).describe('The same seed and rows give the same model.'),
    occasion: Occasion.describe('Why it is trained; the keeper gives it.'),
  }),
  graph(g, config) {
    const { model, occasion, seed } = config;
    const { window } = g.run(chooseRows, { occasion, first: config.first, days: config.days });
    const { dataset } = g.run(collect, { source: config.source, columns, time, window });
    const parts = g.run(split, { dataset, by: { kind: 'random', testShare: config.testShare, seed } });

    const fit = { dataset: parts.train, features, label: hasLeft, seed };
    const trainer = { name: 'gbdt', parameters: config.gbdt } as const;
    const candidate = g.run(train, { ...fit, trainer }, { id: 'train-gbdt' });
    const linear = { name: 'linear', parameters: {} } as const;
    const baseline = g.run(train, { ...fit, trainer: linear }, { id: 'train-baseline' });
    const champion = g.run(findChampion, { model });
    const evaluation = g.run(evaluate, {
      dataset: parts.test,
      features,
      label: hasLeft,
      candidate: candidate.model,
      baseline: baseline.model,
      champion: champion.artifact,
    });
    const said = g.run(explain, { importances: candidate.importances, logLoss: evaluation.candidate.logLoss });
    const { version } = g.run(register, {
      model,
      trained: candidate,
      features,
      label: hasLeft,
      evaluation,
      trainedOn: window,
      eventTime: time,
      occasion,
    });
    const handover = { model, version, occasion, reason: template`${evaluation.reason} ${said.text}` };
    return g.branch('gate', evaluation.passes, {
      then: () => g.run(deploy, handover),
      else: () => g.run(decline, handover),
    });
  },
});
