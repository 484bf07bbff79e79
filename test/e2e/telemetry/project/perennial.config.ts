import { defineConfig } from '../../../../core';
import { inner, measured, steps, wide } from './measured';

export default defineConfig({
  pipelines: [measured, wide, inner],
  models: [],
  steps: { cpu: () => Promise.resolve({ steps }) },
});
