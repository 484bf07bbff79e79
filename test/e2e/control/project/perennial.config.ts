import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineConfig, eq, implement, or, pipeline, step, type StepContext } from '../../../../core';

// A project whose steps write down each of their executions and wait for marks in a folder, so that a person has the time
// to act on what runs.

const N = z.object({ n: z.number() });
const At = z.object({ folder: z.string(), n: z.number() });
const once = { cache: false, retry: { attempts: 1 } } as const;

/** Waits for its mark, and stops when it is told to. */
export const hold = step('hold', { input: At, output: N, heartbeat: '2s', ...once });
/** Waits for its mark, whatever it is told. */
export const deaf = step('deaf', { input: At, output: N, ...once });
/** Fails while there is a mark, and waits long for its next try. */
export const flaky = step('flaky', { input: At, output: N, cache: false, retry: { attempts: 3, firstDelay: '10m' } });
/** Computes for ever in a child process, and has a child of its own. */
export const stuck = step('stuck', { input: At, output: N, isolate: true, ...once });
export const afar = step('afar', { input: At, output: N, pool: 'gpu', ...once });
export const plus = step('plus', { input: At, output: N, ...once });

function mark(folder: string, name: string, text: string): void {
  appendFileSync(join(folder, name), `${text}\n`);
}

/** The run of an execution, as a part of a file's name. */
function nameOf({ run }: StepContext): string {
  return run.replaceAll('/', '_');
}

async function marked(folder: string, name: string, signal?: AbortSignal): Promise<void> {
  while (!existsSync(join(folder, name))) await sleep(30, undefined, signal && { signal });
}

const add = ({ folder, n }: z.output<typeof At>, ctx: StepContext) => {
  mark(folder, 'executed', `${ctx.run} ${ctx.address}`);
  return { n: n + 1 };
};

export const cpu = implement(
  { hold, deaf, flaky, stuck, plus },
  {
    plus: add,
    async hold({ folder, n }, ctx) {
      mark(folder, 'executed', `${ctx.run} ${ctx.address}`);
      await marked(folder, `${nameOf(ctx)}-go`, ctx.signal);
      return { n };
    },
    async deaf({ folder, n }, ctx) {
      mark(folder, 'executed', `${ctx.run} ${ctx.address}`);
      await marked(folder, `${nameOf(ctx)}-go`);
      return { n };
    },
    flaky({ folder, n }, ctx) {
      mark(folder, 'executed', `${ctx.run} ${ctx.address}`);
      if (existsSync(join(folder, `${ctx.run}-broken`))) throw new Error('it is broken');
      return { n };
    },
    stuck({ folder }, ctx) {
      const child = spawn('sleep', ['300'], { stdio: 'ignore' });
      mark(folder, `${ctx.run}-pids`, `${process.pid} ${child.pid ?? 0}`);
      for (;;) if (child.pid === -1) return { n: 0 };
    },
  },
);

export const gpu = implement({ afar }, { afar: add });

const Config = z.object({ folder: z.string() });

export const line = pipeline('line', {
  config: Config,
  graph: (g, { folder }) => g.run(plus, { folder, n: g.run(hold, { folder, n: 1 }).n }),
});

export const deafening = pipeline('deafening', {
  config: Config,
  graph: (g, { folder }) => g.run(plus, { folder, n: g.run(deaf, { folder, n: 1 }).n }),
});

export const retrying = pipeline('retrying', {
  config: Config,
  graph: (g, { folder }) => g.run(plus, { folder, n: g.run(flaky, { folder, n: 1 }).n }),
});

export const stubborn = pipeline('stubborn', {
  config: Config,
  graph(g, { folder }) {
    g.always('tidy', () => {
      g.run(plus, { folder, n: 0 }, { id: 'clean' });
    });
    return g.run(stuck, { folder, n: 1 });
  },
});

export const fan = pipeline('fan', {
  config: Config,
  graph: (g, { folder }) => g.map('each', [1, 2], (n) => g.run(hold, { folder, n }).n, { tolerate: 1 }),
});

/** In shards; one item has something to do. */
export const wide = pipeline('wide', {
  config: Config,
  graph: (g, { folder }) =>
    g.map(
      'each',
      Array.from({ length: 210 }, (_, n) => n),
      (n) =>
        g.branch('one', eq(n, 205), {
          then: () => g.run(plus, { folder, n: g.run(hold, { folder, n }).n }).n,
          else: () => null,
        }),
    ),
});

/** In shards, and in each of the two an item has something to do. */
export const torn = pipeline('torn', {
  config: Config,
  graph: (g, { folder }) =>
    g.map(
      'each',
      Array.from({ length: 210 }, (_, n) => n),
      (n) =>
        g.branch('one', or(eq(n, 3), eq(n, 205)), {
          then: () => g.run(plus, { folder, n: g.run(hold, { folder, n }).n }).n,
          else: () => null,
        }),
    ),
});

export const calling = pipeline('calling', { config: Config, graph: (g, { folder }) => g.call(line, { folder }).n });

export const far = pipeline('far', {
  config: Config,
  graph: (g, { folder }) => g.run(plus, { folder, n: g.run(afar, { folder, n: 1 }).n }),
});

/** Waits a month. */
export const cooling = pipeline('cooling', {
  config: Config,
  graph(g, { folder }) {
    const first = g.run(plus, { folder, n: 1 }, { id: 'first' });
    const cooled = g.wait('cool-off', '30d', { after: first });
    const read = g.run(hold, { folder, n: 2 }, { after: cooled });
    return { n: read.n, until: cooled.until };
  },
});

/** Waits for a month and then for a person. */
export const patient = pipeline('patient', {
  config: Config,
  graph(g, { folder }) {
    const cooled = g.wait('cool-off', '30d', { after: g.run(plus, { folder, n: 1 }, { id: 'first' }) });
    const release = g.approval('release', { show: { cooled: cooled.until }, timeout: '3d', after: cooled });
    const last = g.run(plus, { folder, n: 2 }, { id: 'last', after: release });
    return { n: last.n, until: cooled.until, by: release.by, at: release.at };
  },
});

export default defineConfig({
  pipelines: [line, deafening, retrying, stubborn, fan, wide, torn, calling, far, cooling, patient],
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu }), gpu: () => Promise.resolve({ gpu }) },
});
