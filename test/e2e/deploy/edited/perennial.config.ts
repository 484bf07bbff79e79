import { defineConfig } from '../../../../core';
import { cpu, staying } from '../project/pipelines';

export default defineConfig({ pipelines: [staying], models: [], steps: { cpu: () => Promise.resolve({ cpu }) } });
