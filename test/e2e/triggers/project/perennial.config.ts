// What the test of triggers starts in real workers.
import { z } from 'zod';
import {
  cron,
  daily,
  defineConfig,
  doneBy,
  implement,
  model,
  onDataset,
  pipeline,
  step,
  template,
} from '../../../../core';
import type { EngineContext } from '../../../../activities/run-step';
import { Dataset } from '../../../../steps/types';

// Of a killed worker Temporal learns by the time-out alone.
const brief = { pool: 'cpu', timeout: '3s', retry: { attempts: 20, firstDelay: '100ms', factor: 1 } } as const;
const made = z.object({ dataset: Dataset });
const make = step('make', { input: z.object({ text: z.string() }), output: made, ...brief });
const read = step('read', { input: made, output: z.object({ of: Dataset }), ...brief });

const cpu = implement(
  { make, read },
  {
    async make({ text }, ctx: EngineContext) {
      return { dataset: Dataset.parse(await ctx.artifacts.putBytes(Buffer.from(text), 'dataset')) };
    },
    read: ({ dataset }) => ({ of: dataset }),
  },
);

const flights = pipeline('flights', {
  config: z.object({ text: z.string() }),
  graph: (g, config) => ({ clean: g.run(make, { text: config.text }).dataset }),
});

const late = pipeline('late', {
  on: onDataset(flights, (made) => made.clean, { into: 'flights' }),
  config: z.object({ flights: Dataset }),
  graph: (g, config) => g.run(read, { dataset: config.flights }),
});

const byDay = pipeline('by-day', {
  partitions: daily({ from: '2026-01-01' }),
  config: z.object({}),
  graph: (g, _config, day) => ({ clean: g.run(make, { text: template`of ${day.key}` }).dataset }),
});

/** Of two data sets, each new version of either. */
const either = pipeline('either', {
  on: [onDataset(byDay, (made) => made.clean, { into: 'day' }), onDataset(late, (made) => made.of, { into: 'late' })],
  deadline: doneBy('23:59'),
  config: z.object({ day: Dataset.nullable().default(null), late: Dataset.nullable().default(null) }),
  graph: (_g, config) => ({ day: config.day, late: config.late }),
});

const retrain = pipeline('retrain', { config: z.object({}), graph: () => null });
const kept = model('kept', {
  ...{ retrain, config: {}, schedule: cron('0 2 1 1 *'), monitors: [], policy: { cooldown: '1d' } },
  serving: { features: {} },
  on: onDataset(late, (made) => made.of),
});

export default defineConfig({
  pipelines: [flights, late, byDay, either, retrain],
  models: [kept],
  steps: { cpu: () => Promise.resolve({ cpu }) },
});
