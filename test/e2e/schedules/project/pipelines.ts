import { z } from 'zod';
import { cron, type CronOptions, daily, implement, type Pipeline, pipeline, step } from '../../../../core';

const nothing = step('nothing', { input: z.object({}), output: z.object({ ok: z.boolean() }), pool: 'cpu' });

export const cpu = implement({ nothing }, { nothing: () => ({ ok: true }) });

function timed(name: string, expression: string, options: CronOptions = {}): Pipeline {
  const schedule = cron(expression, options);
  return pipeline(name, { config: z.object({}), schedule, graph: (g) => g.run(nothing, {}) });
}

/** Ways to write a cron, to be read back from Temporal, which keeps none of them. */
const written = [
  '0 2 * * *',
  '*/15 8-18 * * mon-fri',
  '5/20 * 1,15 jan,JUL *',
  '0 0 * * 7',
  '0 0 29 2 *',
  '59 23 1-31/2 1-12/3 0',
  '0,30 0-23 * */4 sat,sun',
];

export const pipelines: readonly Pipeline[] = [
  ...written.map((expression, i) => timed(`written-${i}`, expression)),
  timed('edited', '0 2 * * *', { timezone: 'Europe/Berlin', jitter: '5m', catchup: '6h', overlap: 'buffer-one' }),
  timed('deleted', '0 3 * * *'),
  timed('paused', '0 4 * * *', { timezone: 'Asia/Tokyo' }),
  pipeline('by-day', {
    partitions: daily({ from: '2025-01-01', timezone: 'Europe/Berlin' }),
    config: z.object({}),
    schedule: cron('30 2 * * *', { timezone: 'Europe/Berlin' }),
    graph: (g) => g.run(nothing, {}),
  }),
];
