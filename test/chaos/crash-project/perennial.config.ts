import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { EngineContext } from '../../../activities/run-step';
import { defineConfig, implement, pipeline, step } from '../../../core';

// One pipeline for each way in which an execution is recorded, so that a test can kill its worker between any two parts of it.

const Config = z.object({ folder: z.string(), name: z.string() });
const options = {
  input: Config,
  output: z.object({ of: z.string() }),
  heartbeat: '1s',
  retry: { attempts: 20, firstDelay: '100ms', factor: 1 },
} as const;

const plain = step('plain', { ...options, pool: 'gpu' });
const effect = step('effect', { ...options, pool: 'gpu', cache: false });
const stumble = step('stumble', { ...options, pool: 'gpu' });
const maker = step('maker', { ...options, pool: 'gpu' });
/** Its input is the same in all runs. */
const known = step('known', { ...options, input: z.object({}), pool: 'gpu' });
const near = step('near', { ...options, input: z.object({}) });
const light = { input: Config, output: options.output, retry: options.retry, light: true } as const;
const quick = step('quick', light);
const trip = step('trip', light);
/** Executed many at a time: they are claimed and committed together. */
const crowd = step('crowd', { ...options, input: Config.extend({ item: z.int() }), cache: false });

/** Fails until it has failed once and that is known outside of the process. */
function stumbleOnce({ folder, name }: z.infer<typeof Config>): { of: string } {
  const seen = join(folder, `${name}-stumbled`);
  if (existsSync(seen)) return { of: name };
  appendFileSync(seen, '');
  throw new Error('the first time fails');
}

const gpu = implement(
  { plain, effect, stumble, maker, known },
  {
    plain: ({ name }) => ({ of: name }),

    effect({ name }, ctx: EngineContext) {
      ctx.inCommit(async (tx) => {
        await tx.query('INSERT INTO effects (key) VALUES ($1)', [ctx.key]);
      });
      return { of: name };
    },

    stumble: stumbleOnce,
    known: () => ({ of: 'known' }),

    async maker({ name }, ctx) {
      await ctx.artifacts.putBytes(Buffer.from(name), 'json');
      return { of: name };
    },
  },
);

const cpu = implement(
  { near, quick, trip, crowd },
  {
    near: () => ({ of: 'near' }),
    trip: stumbleOnce,
    crowd: ({ name }) => ({ of: name }),

    quick({ name }, ctx: EngineContext) {
      ctx.inCommit(async (tx) => {
        await tx.query('INSERT INTO effects (key) VALUES ($1)', [ctx.key]);
      });
      return { of: name };
    },
  },
);

const pipelines = [plain, effect, stumble, maker, quick, trip].map((used) =>
  pipeline(`${used.name}-run`, {
    config: Config,
    graph: (g, config) => g.run(used, { folder: config.folder, name: config.name }),
  }),
);

const crowded = pipeline('crowd-run', {
  config: Config,
  graph: (g, { folder, name }) => ({
    of: name,
    each: g.map(
      'each',
      Array.from({ length: 12 }, (_, i) => i),
      (item) => g.run(crowd, { folder, name, item }),
    ),
  }),
});

const cached = [known, near].map((used) =>
  pipeline(`${used.name}-run`, { config: Config, graph: (g) => g.run(used, {}) }),
);

export default defineConfig({
  pipelines: [...pipelines, ...cached, crowded],
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu }), gpu: () => Promise.resolve({ gpu }) },
});
