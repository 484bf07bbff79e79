import { z } from 'zod';
import { step } from '../core';
import { Occasion } from '../core/define/occasion';
import { EvaluateOutput } from './evaluate';
import { FeatureSpec, Label } from './features';
import { TrainOutput } from './train';
import { Window } from './types';

/** Admits the artifact (static walk, then a probe in a throw-away child) and gives it the model's next version number. */
export const register = step('register', {
  input: z.object({
    model: z.string(),
    trained: TrainOutput,
    features: FeatureSpec,
    label: Label,
    evaluation: EvaluateOutput,
    trainedOn: Window,
    /** The timestamp column that says when a row happened; by default the one that the calendar features read. */
    eventTime: z.string().optional(),
    occasion: Occasion,
  }),
  output: z.object({ model: z.string(), version: z.int() }),
  pool: 'cpu',
  timeout: '5m',
  heartbeat: '30s',
  cache: false,
});

/** Hands the candidate to the model's keeper, which rolls it out or refuses it. */
export const deploy = step('deploy', {
  input: z.object({ model: z.string(), version: z.int(), occasion: Occasion, reason: z.string() }),
  output: z.object({ handed: z.literal(true), version: z.int() }),
  pool: 'cpu',
  timeout: '30s',
  cache: false,
});

/** Records that the gate refused the candidate, and tells the keeper. */
export const decline = step('decline', {
  input: z.object({ model: z.string(), version: z.int(), occasion: Occasion, reason: z.string() }),
  output: z.object({ handed: z.literal(false), version: z.int() }),
  pool: 'cpu',
  timeout: '30s',
  cache: false,
});
