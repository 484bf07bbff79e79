import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { command, defineConfig, implement, pipeline, step } from '../../../../core';

// Steps of the pool gpu that say which device they see, and write into one file when they begin and when they end; and one that
// fails with what Temporal has no form for.

const Told = z.object({ device: z.string().nullable(), cuda: z.string().nullable(), pid: z.int() });
const options = { output: Told, pool: 'gpu', timeout: '1m', cache: false, retry: { attempts: 1 } } as const;
const compute = step('compute', {
  ...options,
  input: z.object({ item: z.int(), folder: z.string() }),
  isolate: true,
});
const program = step('program', { ...options, input: z.object({ folder: z.string() }) });

const hasty = step('hasty', { input: z.null(), output: z.null(), retry: { attempts: 2, firstDelay: '10ms' } });

/** Waits for its partner, the third to begin for the fourth: where only one runs at once nobody gets any further. */
async function meet(path: string, who: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const begun = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('begin item-'));
    const place = begun.findIndex((line) => line.startsWith(`begin ${who} `));
    if (begun.length >= (Math.floor(place / 2) + 1) * 2) return;
    await sleep(20, undefined, { signal });
  }
}

const steps = implement(
  { compute, program },
  {
    async compute({ item, folder }, { device, signal }) {
      const cuda = process.env['CUDA_VISIBLE_DEVICES'] ?? null;
      const path = join(folder, 'devices');
      appendFileSync(path, `begin item-${item} ${cuda}\n`);
      await meet(path, `item-${item}`, signal);
      while (!existsSync(join(folder, 'go'))) await sleep(20, undefined, { signal });
      appendFileSync(path, `end item-${item} ${cuda}\n`);
      return { device, cuda, pid: process.pid };
    },
    program: command({ program: 'node', arguments: ['program.cjs'] }),
  },
);

const onDevices = pipeline('on-devices', {
  config: z.object({ folder: z.string() }),
  graph: (g, { folder }) => ({
    items: g.map('each', [0, 1, 2, 3], (item) => g.run(compute, { item, folder })),
    program: g.run(program, { folder }),
  }),
});

const onCpu = implement(
  { hasty },
  {
    hasty() {
      const failure = ApplicationFailure.create({ message: 'too early', type: 'Early' });
      throw Object.defineProperty(failure, 'nextRetryDelay', { value: 'in a while' });
    },
  },
);

const failing = pipeline('failing', {
  config: z.object({ folder: z.string() }),
  graph: (g) => g.run(hasty, null),
});

export default defineConfig({
  pipelines: [onDevices, failing],
  models: [],
  steps: { cpu: () => Promise.resolve({ onCpu }), gpu: () => Promise.resolve({ steps }) },
});
