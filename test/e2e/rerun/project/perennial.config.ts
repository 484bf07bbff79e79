import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { defineConfig, gte, implement, pipeline, step, type StepContext } from '../../../../core';

// A project whose steps write down each of their executions, and whose last one fails as long as a file is there. But for
// `weigh` they have no cache: what is not executed again was reused.

const N = z.object({ n: z.number() });
const At = { folder: z.string() };
const uncached = { cache: false, retry: { attempts: 1 } } as const;
export const extract = step('extract', { input: z.object({ ...At, n: z.number() }), output: N, ...uncached });
export const fit = step('fit', { input: z.object({ ...At, n: z.number() }), output: N, pool: 'gpu', ...uncached });
export const weigh = step('weigh', { input: z.object({ ...At, n: z.number(), by: z.number() }), output: N });
export const ship = step('ship', { input: z.object({ ...At, n: z.number() }), output: N, ...uncached });
export const touchLightly = step('touch-lightly', {
  input: z.object({ ...At, n: z.number() }),
  output: N,
  light: true,
  ...uncached,
});
export const sum = step('sum', { input: z.object({ ...At, list: z.array(N) }), output: N, ...uncached });
export const write = step('write', {
  input: z.object({ ...At, n: z.number() }),
  output: N.extend({ text: z.string() }),
  ...uncached,
});

function executed(folder: string, ctx: StepContext): void {
  appendFileSync(join(folder, 'executed'), `${ctx.run} ${ctx.address}\n`);
}

const plus = ({ folder, n }: { folder: string; n: number }, ctx: StepContext) => {
  executed(folder, ctx);
  return { n: n + 1 };
};

export const cpu = implement(
  { extract, weigh, ship, touchLightly, sum, write },
  {
    extract: plus,
    touchLightly: plus,
    weigh({ folder, n, by }, ctx) {
      executed(folder, ctx);
      return { n: n * by };
    },
    ship({ folder, n }, ctx) {
      executed(folder, ctx);
      if (existsSync(join(folder, 'broken'))) throw new Error('the ship is broken');
      return { n };
    },
    sum({ folder, list }, ctx) {
      executed(folder, ctx);
      return { n: list.reduce((all, { n }) => all + n, 0) };
    },
    write({ folder, n }, ctx) {
      executed(folder, ctx);
      return { n, text: 'x'.repeat(60_000) };
    },
  },
);

export const gpu = implement({ fit }, { fit: plus });

const Folder = z.object({ folder: z.string() });
const Config = Folder.extend({ by: z.number().default(10) });

/** extract -> fit (on the pool gpu) -> weigh (reads config.by, has a cache) -> sign -> ship */
export const chain = pipeline('chain', {
  config: Config,
  graph(g, { folder, by }) {
    const extracted = g.run(extract, { folder, n: 1 });
    const fitted = g.run(fit, { folder, n: extracted.n });
    const weighed = g.run(weigh, { folder, n: fitted.n, by });
    return g.run(ship, { folder, n: weighed.n }, { after: g.approval('sign', { show: weighed }) });
  },
});

/** A map that runs in shards. */
export const wide = pipeline('wide', {
  config: Folder,
  graph(g, { folder }) {
    const numbers = Array.from({ length: 210 }, (_, n) => n);
    const list = g.map('each', numbers, (n) => g.run(touchLightly, { folder, n }));
    return g.run(ship, { folder, n: g.run(sum, { folder, list }).n });
  },
});

/** Outputs that no message could hold together. */
export const heavy = pipeline('heavy', {
  config: Folder,
  graph(g, { folder }) {
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    const list = g.map('texts', numbers, (n) => ({ n: g.run(write, { folder, n }).n }));
    return g.run(ship, { folder, n: g.run(sum, { folder, list }).n });
  },
});

/** Counts to three, one at a time, and ships; tells of a failure. */
export const growing = pipeline('growing', {
  config: Folder,
  graph(g, { folder }) {
    const grown = g.until(
      'grow',
      { n: 0 },
      (last) => {
        const next = g.run(extract, { folder, n: last.n });
        return { next: { n: next.n }, done: gte(next.n, 3) };
      },
      { max: 5 },
    );
    g.onFailure('tell', () => {
      g.run(sum, { folder, list: [] }, { id: 'alert' });
    });
    return g.run(ship, { folder, n: grown.value.n });
  },
});

/** Doubles one until it is eight, by the step that has a cache. */
export const doubling = pipeline('doubling', {
  config: Folder,
  graph(g, { folder }) {
    return g.until(
      'double',
      { n: 1 },
      (last) => {
        const next = g.run(weigh, { folder, n: last.n, by: 2 });
        return { next: { n: next.n }, done: gte(next.n, 8) };
      },
      { max: 5 },
    );
  },
});

export default defineConfig({
  pipelines: [chain, wide, heavy, growing, doubling],
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu }), gpu: () => Promise.resolve({ gpu }) },
});
