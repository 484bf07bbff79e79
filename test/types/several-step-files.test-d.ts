import { defineConfig } from '../../core';

// Of docs/OWN-PROJECT.md: several files of steps for one pool.
defineConfig({
  pipelines: [],
  models: [],
  steps: { cpu: async () => ({ ...(await import('./churn.js')), ...(await import('./readme-project.test-d.js')) }) },
});
