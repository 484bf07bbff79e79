import { defineConfig } from './core';
import { flightDelaysModel } from './pipelines/flight-delays/model';
import { flightDelays } from './pipelines/flight-delays/pipeline';
import { compareFlights, watchFlights } from './pipelines/flight-delays/watch';

/** What this project runs. The command `perennial` and the workers read it; a project of your own has one like it. */
export default defineConfig({
  pipelines: [flightDelays, watchFlights, compareFlights],
  models: [flightDelaysModel],
  steps: {
    cpu: () => import('./pipelines/flight-delays/steps.cpu.js'),
    gpu: () => import('./pipelines/flight-delays/steps.gpu.js'),
  },
});
