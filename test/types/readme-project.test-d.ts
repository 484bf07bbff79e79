// Danger: the project that the README tells a newcomer to write does not compile. Its files stand here as they stand there
// (a unit test compares them, spaces and imports aside); what they import of each other is in one file here.
import { z } from 'zod';
import { defineConfig, implement, pipeline, step } from '../../core';

export const hello = step('hello', { input: z.object({ name: z.string() }), output: z.object({ text: z.string() }) });

export const greet = pipeline('greet', {
  config: z.object({ name: z.string().default('you') }),
  graph: (g, config) => g.run(hello, { name: config.name }),
});

export const steps = implement({ hello }, { hello: ({ name }) => ({ text: `Hello, ${name}` }) });

export default defineConfig({
  pipelines: [greet],
  models: [],
  steps: { cpu: () => import('./readme-project.test-d.js') },
});
