import { defineConfig } from '../../../../core';
import { cpu, edited } from '../project/pipelines';

export default defineConfig({ pipelines: [edited], models: [], steps: { cpu: () => Promise.resolve({ cpu }) } });
