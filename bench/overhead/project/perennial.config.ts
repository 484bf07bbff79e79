import { defineConfig } from '../../../core';
import { workloads } from './pipelines';

/** The project that the benchmark's worker runs: nothing but no-op steps. */
export default defineConfig({
  pipelines: workloads('cpu').pipelines,
  models: [],
  steps: { cpu: () => import('./steps.js') },
});
