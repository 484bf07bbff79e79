import { z } from 'zod';
import { defineConfig, pipeline, step } from '../../../../core';

// A project that lacks the code of a step.

const N = z.object({ n: z.number() });
export const limp = step('limp', { input: N, output: N, pool: 'gpu' });
export const lame = pipeline('lame', { config: z.object({}), graph: (g) => g.run(limp, { n: 1 }) });

export default defineConfig({ pipelines: [lame], models: [], steps: { gpu: () => Promise.resolve({}) } });
