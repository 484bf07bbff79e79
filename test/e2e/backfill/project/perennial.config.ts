import { defineConfig } from '../../../../core';
import { cpu, nightly, regional } from './pipelines';

export default defineConfig({
  pipelines: [nightly, regional],
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu }) },
});
