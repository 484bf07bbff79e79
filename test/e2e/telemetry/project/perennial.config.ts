import { defineConfig } from '../../../../core';
import { measured, steps } from './measured';

export default defineConfig({ pipelines: [measured], models: [], steps: { cpu: () => Promise.resolve({ steps }) } });
