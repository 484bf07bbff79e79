import { defineConfig } from '../../../../core';
import { cpu, leaving, staying } from './pipelines';

export default defineConfig({
  pipelines: [staying, leaving],
  models: [],
  steps: { cpu: () => Promise.resolve({ cpu }) },
});
