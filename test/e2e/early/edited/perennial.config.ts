import { defineConfig } from '../../../../core';
import { line } from '../project/pipelines';

// The same project after its code on the pool gpu was edited.

export default defineConfig({
  pipelines: [line],
  models: [],
  steps: { cpu: () => import('../project/steps.cpu.js'), gpu: () => import('./steps.gpu.js') },
});
