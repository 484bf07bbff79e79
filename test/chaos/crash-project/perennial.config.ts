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
const quick = step('quick', { input: Config, output: options.output, retry: options.retry, light: true });

const gpu = implement(
  { plain, effect, stumble },
  {
    plain: ({ name }) => ({ of: name }),

    effect({ name }, ctx: EngineContext) {
      ctx.inCommit(async (tx) => {
        await tx.query('INSERT INTO effects (key) VALUES ($1)', [ctx.key]);
      });
      return { of: name };
    },

    /** Fails until it has failed once and that is known outside of the process. */
    stumble({ folder, name }) {
      const seen = join(folder, `${name}-stumbled`);
      if (existsSync(seen)) return { of: name };
      appendFileSync(seen, '');
      throw new Error('the first time fails');
    },
  },
);

const cpu = implement(
  { quick },
  {
    quick({ name }, ctx: EngineContext) {
      ctx.inCommit(async (tx) => {
        await tx.query('INSERT INTO effects (key) VALUES ($1)', [ctx.key]);
      });
      return { of: name };
    },
  },
);

const pipelines = [plain, effect, stumble, quick].map((used) =>
  pipeline(`${used.name}-run`, {
    config: Config,
    graph: (g, config) => g.run(used, { folder: config.folder, name: config.name }),
  }),
);

export default defineConfig({
  pipelines,
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu }), gpu: () => Promise.resolve({ gpu }) },
});
