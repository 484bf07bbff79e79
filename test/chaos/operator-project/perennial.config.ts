import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineConfig, implement, pipeline, step } from '../../../core';

// A small pipeline of every kind of node that an operator can come upon: a step, a light one, shards, a person's answer.

const Count = z.object({ n: z.int() });
const options = {
  input: Count,
  output: Count,
  cache: false,
  retry: { attempts: 20, firstDelay: '100ms', factor: 1 },
} as const;
/** Says what its worker's clock says, ms. */
const first = step('first', { ...options, output: z.object({ n: z.int(), clock: z.int() }), heartbeat: '1s' });
const each = step('each', options);
const last = step('last', { ...options, light: true });

const steps = implement(
  { first, each, last },
  {
    async first({ n }, ctx) {
      await sleep(150, undefined, { signal: ctx.signal });
      return { n, clock: Date.now() };
    },
    async each({ n }) {
      await sleep(300);
      return { n };
    },
    last: ({ n }) => ({ n }),
  },
);

/** A map inside a map runs in shards, however short. */
const watched = pipeline('watched', {
  config: z.object({ rows: z.array(z.array(z.int())) }),
  graph(g, config) {
    const begun = g.run(first, { n: config.rows.length });
    const rows = g.map('rows', config.rows, (row) => g.map('cells', row, (n) => g.run(each, { n }).n), {
      after: begun,
    });
    const signed = g.approval('sign', { show: rows, by: ['ana'] });
    return { clock: begun.clock, n: g.run(last, { n: begun.n }, { after: signed }).n };
  },
});

export default defineConfig({
  pipelines: [watched],
  models: [],
  steps: { cpu: () => Promise.resolve({ steps }) },
});
