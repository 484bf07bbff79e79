import { defineConfig } from '../../../../core';
import { cpu, pipelines } from './pipelines';

export default defineConfig({ pipelines, models: [], steps: { cpu: () => Promise.resolve({ cpu }) } });
