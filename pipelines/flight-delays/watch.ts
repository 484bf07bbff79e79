import { z } from 'zod';
import { pipeline } from '../../core';
import { compactPredictions, judge, labelPredictions, ModelArtifact, MonitorSpec, Window } from '../../steps';
import { compareWindow } from './contracts';
import { features } from './data';

/** Judges one window by the monitors given, in parallel; each verdict is recorded, each alarm reported to the keeper. */
export const watchFlights = pipeline('flight-delays-watch', {
  config: z.object({
    model: z.string().default('flight-delays'),
    window: Window,
    monitors: z.array(MonitorSpec).min(1),
  }),
  graph(g, config) {
    const { model, window } = config;
    const { predictions } = g.run(compactPredictions, { model, window, features });
    return g.map('monitors', config.monitors, (monitor) => g.run(judge, { model, monitor, window, predictions }));
  },
});

/** How a model left alone would have answered each window, beside what the kept one did answer. */
export const compareFlights = pipeline('flight-delays-compare', {
  config: z.object({
    model: z.string().default('flight-delays'),
    windows: z.array(Window).min(1),
    artifact: ModelArtifact,
  }),
  graph(g, config) {
    return g.map(
      'windows',
      config.windows,
      (window) => {
        const { predictions } = g.run(compactPredictions, { model: config.model, window, features });
        const { labelled } = g.run(labelPredictions, { model: config.model, predictions });
        return g.run(compareWindow, { labelled, window, artifact: config.artifact, features });
      },
      { maxParallel: 4 },
    );
  },
});
