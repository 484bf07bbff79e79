import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { defineConfig, implement, pipeline, step } from '../../../../core';

// A map as long as its config says, over a light step that writes down each of its executions.

const touch = step('touch', {
  input: z.object({ folder: z.string(), n: z.number() }),
  output: z.object({ n: z.number() }),
  light: true,
  cache: false,
  retry: { attempts: 1 },
});

const cpu = implement(
  { touch },
  {
    touch({ folder, n }, ctx) {
      appendFileSync(join(folder, ctx.run), `${n}\n`);
      return { n: n + 1 };
    },
  },
);

export const long = pipeline('long', {
  config: z.object({ folder: z.string(), numbers: z.array(z.int()) }),
  graph: (g, { folder, numbers }) => g.map('each', numbers, (n) => g.run(touch, { folder, n }).n),
});

export default defineConfig({ pipelines: [long], models: [], steps: { cpu: () => Promise.resolve({ cpu }) } });
