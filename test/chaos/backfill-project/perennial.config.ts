import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { daily, defineConfig, implement, pipeline, step } from '../../../core';

// A pipeline by day whose step says in a file that it has begun, which no fence guards, and then takes its time.

const fill = step('fill', {
  input: z.object({ folder: z.string(), day: z.string(), from: z.string() }),
  output: z.object({ day: z.int() }),
  cache: false,
  timeout: '1m',
  heartbeat: '1s',
  retry: { attempts: 20, firstDelay: '100ms', maxDelay: '1s' },
});
const seal = step('seal', {
  input: z.object({ folder: z.string(), day: z.string(), number: z.int() }),
  output: z.object({ day: z.int() }),
  cache: false,
  timeout: '1m',
  heartbeat: '1s',
  retry: { attempts: 20, firstDelay: '100ms', maxDelay: '1s' },
});

const code = implement(
  { fill, seal },
  {
    async fill({ folder, day, from }) {
      appendFileSync(join(folder, 'begun'), `${day} fill\n`);
      await sleep(300);
      return { day: new Date(from).getUTCDate() };
    },
    async seal({ folder, day, number }) {
      appendFileSync(join(folder, 'begun'), `${day} seal\n`);
      await sleep(300);
      return { day: number };
    },
  },
);

export const days = pipeline('days', {
  partitions: daily({ from: '2026-01-01' }),
  config: z.object({ folder: z.string() }),
  graph(g, { folder }, { key: day, from }) {
    const filled = g.run(fill, { folder, day, from });
    return g.run(seal, { folder, day, number: filled.day });
  },
});

export default defineConfig({ pipelines: [days], models: [], steps: { cpu: () => Promise.resolve({ code }) } });
