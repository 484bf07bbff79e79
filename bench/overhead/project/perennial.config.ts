import { defineConfig } from '../../../core';
import { chainOf50, chainOf6, fanOut, lightChainOf50 } from './pipelines';

/** The project that the benchmark's worker runs: nothing but no-op steps. */
export default defineConfig({
  pipelines: [chainOf50, chainOf6, fanOut, lightChainOf50],
  models: [],
  steps: { cpu: () => import('./steps.js') },
});
