import { defineConfig } from './core';
import { flightDelaysModel } from './pipelines/flight-delays/model';
import { flightDelays } from './pipelines/flight-delays/pipeline';
import { compareFlights, watchFlights } from './pipelines/flight-delays/watch';
import { lateAirports } from './pipelines/late-airports/pipeline';
import { movieRatingsModel } from './pipelines/movie-ratings/model';
import { movieRatings } from './pipelines/movie-ratings/pipeline';

/** What this project runs. The command `perennial` and the workers read it; a project of your own has one like it. */
export default defineConfig({
  pipelines: [flightDelays, watchFlights, compareFlights, lateAirports, movieRatings],
  models: [flightDelaysModel, movieRatingsModel],
  steps: {
    cpu: async () => ({
      ...(await import('./pipelines/flight-delays/steps.cpu.js')),
      ...(await import('./pipelines/late-airports/steps.cpu.js')),
    }),
    gpu: () => import('./pipelines/flight-delays/steps.gpu.js'),
  },
});
