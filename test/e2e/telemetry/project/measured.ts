import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trace } from '@opentelemetry/api';
import { z } from 'zod';
import { command, implement, pipeline, step } from '../../../../core';

// A pipeline whose steps are counted and traced: one that the cache has the second time, one that fails once in each run, a
// program, and a step in a child process; the last two trace something of their own, as users' code does.

const N = z.object({ n: z.number() });
const Flaky = z.object({ folder: z.string(), secret: z.string() });
const plus = step('plus', { input: N, output: N });
const flaky = step('flaky', {
  input: Flaky,
  output: z.object({ tries: z.int(), secret: z.string() }),
  cache: false,
  retry: { attempts: 3, firstDelay: '100ms' },
});
const program = step('program', { input: N, output: z.object({ traceparent: z.string() }), cache: false });
const apart = step('apart', { input: N, output: N, isolate: true, cache: false });

export const measured = pipeline('measured', {
  config: z.object({ folder: z.string(), secret: z.string() }),
  graph(g, config) {
    const { n } = g.run(plus, { n: 1 });
    const tried = g.run(flaky, { folder: config.folder, secret: config.secret });
    const ran = g.run(program, { n });
    const far = g.run(apart, { n });
    return { n: far.n, tries: tried.tries, traceparent: ran.traceparent };
  },
});

const tick = step('tick', { input: N, output: N, light: true, cache: false });

export const inner = pipeline('inner', { config: N, graph: (g, config) => g.run(tick, { n: config.n }) });

/** A map that runs in shards, and another pipeline that it calls. */
export const wide = pipeline('wide', {
  config: z.object({ items: z.array(z.number()) }),
  graph(g, config) {
    const many = g.map('many', config.items, (n) => g.run(tick, { n }));
    const called = g.call(inner, { n: 7 });
    return { called: called.n, many };
  },
});

const mine = (name: string): void => {
  trace.getTracer('mine').startActiveSpan(name, (span) => {
    span.end();
  });
};

export const steps = implement(
  { plus, flaky, program, apart, tick },
  {
    tick: ({ n }) => ({ n }),
    plus({ n }) {
      mine('mine-in-worker');
      return { n: n + 1 };
    },
    flaky({ folder, secret }, { run }) {
      const tries = join(folder, `tries-${run}`);
      appendFileSync(tries, 'x');
      const count = readFileSync(tries, 'utf8').length;
      if (count === 1) throw new Error(`the first time, with ${secret}`);
      return { tries: count, secret };
    },
    program: command({ program: 'node', arguments: ['program.cjs'] }),
    apart({ n }) {
      mine('mine-in-child');
      return { n };
    },
  },
);
