import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { EngineContext } from '../../../activities/run-step';
import { defineConfig, implement, pipeline, step, type StepContext } from '../../../core';
import { promote } from '../../../store/models/promote';

// A project whose steps stop at marked points until a file says that they may go on, so that a test can harm them there.

const Folder = z.object({ folder: z.string() });
const often = { attempts: 100, firstDelay: '200ms', factor: 1 } as const;
const options = {
  input: Folder,
  output: z.object({ fence: z.int() }),
  heartbeat: '1s',
  cache: false,
  retry: often,
} as const;
const fit = step('fit', { ...options, isolate: true });
const crown = step('crown', options);
const hold = step('hold', options);
const hog = step('hog', options);
const tick = step('tick', {
  input: z.object({ item: z.int() }),
  output: z.object({ item: z.int() }),
  light: true,
  cache: false,
  retry: often,
});

/** Says in a file that this execution has begun, and waits until the file `go` is there. */
async function begin(name: string, folder: string, ctx: StepContext): Promise<void> {
  appendFileSync(join(folder, name), `${ctx.fence}\n`);
  while (!existsSync(join(folder, `${name}-go`))) await sleep(20, undefined, { signal: ctx.signal });
}

/** The same without a look at anything else: no heartbeat goes out, and no cancellation comes in. */
function blockUntilLetGo(name: string, folder: string, ctx: StepContext): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  appendFileSync(join(folder, name), `${ctx.fence}\n`);
  while (!existsSync(join(folder, `${name}-go`))) Atomics.wait(clock, 0, 0, 20);
}

/** An effect behind the fence, and as control the same effect without it. */
function makeEffects(ctx: EngineContext): void {
  ctx.inCommit(async (tx) => {
    await tx.query(`INSERT INTO effects (key, kind) VALUES ($1, 'in the commit')`, [ctx.key]);
  });
  // Not waited for: a zombie that waits would hear that it is one before it comes to its commit.
  void ctx.db.query(`INSERT INTO effects (key, kind) VALUES ($1, 'unfenced')`, [ctx.key]);
}

const steps = implement(
  { fit, crown, hold, hog, tick },
  {
    async fit({ folder }, ctx) {
      await begin('fit', folder, ctx);
      return { fence: ctx.fence };
    },

    async crown({ folder }, ctx: EngineContext) {
      const ask = { model: 'm', expectedSeq: 0, version: 1, decisionId: ctx.key, reason: 'r', by: 'test' };
      await promote(ctx.db, { ...ask, eventTime: '2001-02-01T00:00:00.000Z' });
      await begin('crown', folder, ctx);
      return { fence: ctx.fence };
    },

    async hold({ folder }, ctx: EngineContext) {
      await begin('hold', folder, ctx);
      makeEffects(ctx);
      return { fence: ctx.fence };
    },

    hog({ folder }, ctx: EngineContext) {
      blockUntilLetGo('hog', folder, ctx);
      makeEffects(ctx);
      return { fence: ctx.fence };
    },

    async tick({ item }, ctx: EngineContext) {
      makeEffects(ctx);
      await sleep(60);
      return { item };
    },
  },
);

const fitAndCrown = pipeline('fit-and-crown', {
  config: Folder,
  graph(g, config) {
    const fitted = g.run(fit, { folder: config.folder });
    return { fitted, crowned: g.run(crown, { folder: config.folder }, { after: fitted }) };
  },
});

const holdOn = pipeline('hold-on', {
  config: Folder,
  graph: (g, config) => g.run(hold, { folder: config.folder }),
});

const hogOn = pipeline('hog-on', {
  config: Folder,
  graph: (g, config) => g.run(hog, { folder: config.folder }),
});

const tickOn = pipeline('tick-on', {
  config: z.object({ items: z.array(z.int()) }),
  graph: (g, config) => g.map('each', config.items, (item) => g.run(tick, { item }), { maxParallel: 3 }),
});

export default defineConfig({
  pipelines: [fitAndCrown, holdOn, hogOn, tickOn],
  models: [],
  steps: { cpu: () => Promise.resolve({ steps }) },
});
