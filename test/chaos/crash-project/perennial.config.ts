import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { EngineContext } from '../../../activities/run-step';
import { command, defineConfig, implement, onDataset, pipeline, step } from '../../../core';
import { Dataset } from '../../../steps/types';
import { insertDataset } from '../../../store/datasets';

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
/** Made by `root`, and a version of a data set made from it by `gather`, which starts a pipeline. */
const Made = options.output.extend({ dataset: Dataset });
const root = step('root', { ...options, output: Made, pool: 'gpu' });
const gather = step('gather', {
  ...options,
  ...{ input: Config.extend({ from: Dataset }), output: Made, pool: 'gpu' },
});
const script = step('script', { ...options, pool: 'gpu' });

/** Fails until it has failed once and that is known outside of the process. */
function stumbleOnce({ folder, name }: z.infer<typeof Config>): { of: string } {
  const seen = join(folder, `${name}-stumbled`);
  if (existsSync(seen)) return { of: name };
  appendFileSync(seen, '');
  throw new Error('the first time fails');
}

const gpu = implement(
  { plain, effect, stumble, maker, known, root, gather, script },
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

    async root({ name }, ctx) {
      const dataset = await ctx.artifacts.putBytes(Buffer.from(`the root of ${name}`), 'dataset');
      return { of: name, dataset: Dataset.parse(dataset) };
    },

    async gather({ name }, ctx: EngineContext) {
      const digest = await ctx.artifacts.putBytes(Buffer.from(`gathered for ${name}`), 'dataset');
      const { run, address } = ctx;
      const none = { schema: { columns: [], time: null }, profile: {}, timeFrom: null, timeTo: null };
      ctx.inCommit((tx) => insertDataset(tx, { digest, rowsDigest: digest, rows: 1, run, address, ...none }));
      return { of: name, dataset: Dataset.parse(digest) };
    },

    script: command({ program: 'node', arguments: ['script.cjs'] }),
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

const pipelines = [plain, effect, stumble, maker, quick, trip, script].map((used) =>
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

const gathered = pipeline('gather-run', {
  config: Config,
  graph(g, { folder, name }) {
    const from = g.run(root, { folder, name }).dataset;
    return g.run(gather, { folder, name, from });
  },
});

/** Started by each version of that data set. */
const told = pipeline('told', {
  on: onDataset(gathered, (made) => made.dataset, { into: 'dataset' }),
  config: z.object({ dataset: Dataset }),
  graph: (_g, { dataset }) => ({ dataset }),
});

const cached = [known, near].map((used) =>
  pipeline(`${used.name}-run`, { config: Config, graph: (g) => g.run(used, {}) }),
);

export default defineConfig({
  pipelines: [...pipelines, ...cached, crowded, gathered, told],
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu }), gpu: () => Promise.resolve({ gpu }) },
});
