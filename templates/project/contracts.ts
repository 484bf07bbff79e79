import { Occasion, step } from 'perennial-ml';
import { Window } from 'perennial-ml/steps';
import { z } from 'zod';

/** Which rows a training learns from: the first window, or the days before the newest one whose labels have arrived. */
export const chooseRows = step('choose-rows', {
  description: 'Chooses the time that a training learns from.',
  input: z.object({ occasion: Occasion, first: Window, days: z.int().positive() }),
  output: z.object({ window: Window }),
  light: true,
});

/** A sentence on what a trained model goes by. It runs on the pool `gpu`: put steps there that need one. */
export const explain = step('explain', {
  description: 'Says which feature counts most in a trained model.',
  input: z.object({ importances: z.record(z.string(), z.number()), logLoss: z.number() }),
  output: z.object({ text: z.string(), device: z.string().nullable() }),
  pool: 'gpu',
  timeout: '5m',
});
