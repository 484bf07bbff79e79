import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { cron, daily, implement, keys, pipeline, step, type StepContext } from '../../../../core';

// Pipelines by day, whose steps write down each of their executions. `load` fails as long as a file says that its day is
// broken, and `extract` waits as long as one holds it up.

const Day = z.object({ folder: z.string(), day: z.string() });
const Rows = z.object({ rows: z.int() });
const uncached = { cache: false, retry: { attempts: 1 } } as const;
// It is tried again when its worker dies.
export const extract = step('extract', {
  input: Day.extend({ from: z.string() }),
  output: Rows,
  cache: false,
  heartbeat: '1s',
  retry: { attempts: 5, firstDelay: '100ms' },
});
export const load = step('load', { input: Day.extend({ rows: z.int() }), output: Rows, ...uncached });
export const check = step('check', { input: Day.extend({ rows: z.int() }), output: Rows, ...uncached });

function executed(folder: string, { run, address }: StepContext): void {
  appendFileSync(join(folder, 'executed'), `${run} ${address}\n`);
}

const passOn = ({ folder, rows }: { folder: string; rows: number }, ctx: StepContext) => {
  executed(folder, ctx);
  return { rows };
};

export const cpu = implement(
  { extract, load, check },
  {
    async extract({ folder, from }, ctx) {
      executed(folder, ctx);
      while (existsSync(join(folder, 'held')) && !ctx.signal.aborted) await sleep(50);
      return { rows: new Date(from).getUTCDate() };
    },
    load({ day, ...input }, ctx) {
      if (existsSync(join(input.folder, `broken-${day}`))) throw new Error(`${day} is broken`);
      return passOn(input, ctx);
    },
    check: passOn,
  },
);

const partitions = daily({ from: '2026-01-01' });
const config = z.object({ folder: z.string() });

export const nightly = pipeline('nightly', {
  partitions,
  config,
  graph(g, { folder }, { key: day, from }) {
    const { rows } = g.run(extract, { folder, day, from });
    return g.run(load, { folder, day, rows });
  },
});

/** The same with one more step, as it is after an edit. */
export const edited = pipeline('nightly', {
  partitions,
  config,
  graph(g, { folder }, { key: day, from }) {
    const { rows } = g.run(extract, { folder, day, from });
    const loaded = g.run(load, { folder, day, rows });
    return g.run(check, { folder, day, rows: loaded.rows });
  },
});

export const regional = pipeline('regional', {
  partitions: keys(['eu', 'us']),
  config,
  graph: (g, { folder }, { key }) => g.run(load, { folder, day: key, rows: 1 }),
});

export const count = step('count', { input: z.object({ from: z.string() }), output: Rows, ...uncached });

/** Each night at two, in Berlin, the day before; once a year clocks go over two. */
export const scheduled = pipeline('scheduled', {
  partitions: daily({ from: '2025-01-01', timezone: 'Europe/Berlin' }),
  schedule: cron('0 2 * * *', { timezone: 'Europe/Berlin', catchup: '6h', jitter: '1s' }),
  config: z.object({}),
  graph: (g, _config, { from }) => g.run(count, { from }),
});

export const counting = implement({ count }, { count: () => ({ rows: 1 }) });
