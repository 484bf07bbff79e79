import { defineConfig } from '../../../../core';
import { counting, cpu, nightly, regional, scheduled } from './pipelines';

export default defineConfig({
  pipelines: [nightly, regional, scheduled],
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu, counting }) },
});
