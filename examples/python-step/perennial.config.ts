import { defineConfig } from 'perennial-ml';
import { line } from './pipeline';

export default defineConfig({
  pipelines: [line],
  models: [],
  steps: { cpu: () => import('./steps.cpu.js') },
});
