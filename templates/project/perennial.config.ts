import { defineConfig } from 'perennial-ml';
import { churn } from './model';
import { trainChurn } from './pipeline';

/** What this project runs. */
export default defineConfig({
  pipelines: [trainChurn],
  models: [churn],
  steps: { cpu: () => import('./steps.cpu.js'), gpu: () => import('./steps.gpu.js') },
});
