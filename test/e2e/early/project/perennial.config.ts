import { defineConfig } from '../../../../core';
import { blobs, fan, heavy, line, uncached } from './pipelines';

// A project whose cached steps are of a pool of their own and write down each of their executions.

export default defineConfig({
  pipelines: [line, fan, blobs, uncached, heavy],
  models: [],
  steps: { cpu: () => import('./steps.cpu.js'), gpu: () => import('./steps.gpu.js') },
});
