import { z } from 'zod';
import { Occasion, pipeline } from '../../core';
import {
  clean,
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
  validate,
  Window,
} from '../../steps';
import {
  columns,
  expectations,
  features,
  leakage,
  liked,
  movies,
  quarantine,
  released,
  rules,
  time,
  uniqueBy,
} from './data';

/**
 * From a table as it is found to a model that answers: will a film be liked better than half of the others?
 *
 * Of the small public tables that npm has, `movies.json` is the one with most to clean: `birdstrikes.csv` beside it has dates
 * and categories in order, and little more than 24 rows twice. docs/MESSY-DATA.md walks through what each rule meets.
 */
export const movieRatings = pipeline('movie-ratings', {
  config: z.object({
    model: z.string().default('movie-ratings'),
    source: Source.default(movies),
    /** Of the dates as the table has them, with old films in years to come. */
    window: Window.default({ from: '1900-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' }),
    holdOut: z.object({ testShare: z.number().gt(0).lt(1), seed: z.int() }).default({ testShare: 0.25, seed: 1 }),
    gbdt: GbdtParameters.prefault({ trees: 60, leaves: 8, learningRate: 0.1 }),
    seed: z.int().default(1),
    occasion: Occasion,
  }),
  graph(g, config) {
    const { model, occasion, window } = config;
    const raw = g.run(collect, { source: config.source, columns, time, window });
    const cleaned = g.run(clean, { dataset: raw.dataset, rules, quarantine, uniqueBy, keep: 'last', by: time });
    const valid = g.run(validate, { dataset: cleaned.dataset, expectations });
    const parts = g.run(split, {
      dataset: valid.dataset,
      by: { kind: 'random', testShare: config.holdOut.testShare, seed: config.holdOut.seed },
    });
    const fair = g.run(
      validate,
      { dataset: parts.test, expectations: leakage, against: { train: parts.train } },
      { id: 'validate-parts' },
    );
    const fit = { dataset: parts.train, features, label: liked, seed: config.seed };
    const candidate = g.run(
      train,
      { ...fit, trainer: { name: 'gbdt', parameters: config.gbdt } },
      { id: 'train-gbdt' },
    );
    const baseline = g.run(train, { ...fit, trainer: { name: 'linear', parameters: {} } }, { id: 'train-baseline' });
    const champion = g.run(findChampion, { model });
    const evaluation = g.run(evaluate, {
      dataset: fair.dataset,
      features,
      label: liked,
      candidate: candidate.model,
      baseline: baseline.model,
      champion: champion.artifact,
    });
    const { version } = g.run(register, {
      model,
      trained: candidate,
      features,
      label: liked,
      evaluation,
      trainedOn: released,
      occasion,
    });
    const handover = { model, version, occasion, reason: evaluation.reason };
    return g.branch('gate', evaluation.passes, {
      then: () => g.run(deploy, handover),
      else: () => g.run(decline, handover),
    });
  },
});
