import type { Command } from 'commander';
import { registerCancel } from './cancel';
import { registerConfig } from './config';
import { registerDoctor } from './doctor';
import { registerDown } from './down';
import { registerMigrate } from './migrate';
import { registerModel } from './model';
import { registerModels } from './models';
import { registerPlan } from './plan';
import { registerPredict } from './predict';
import { registerRuns } from './runs';
import { registerShow } from './show';
import { registerServe } from './serve';
import { registerUp } from './up';
import { registerWorker } from './worker';

/** Adds a verb to the program. */
export type Register = (program: Command) => void;

/** The verbs, in the order that --help shows. */
export const VERBS: readonly Register[] = [
  registerUp,
  registerDown,
  registerPlan,
  registerRuns,
  registerShow,
  registerCancel,
  registerModels,
  registerModel,
  registerPredict,
  registerWorker,
  registerServe,
  registerMigrate,
  registerDoctor,
  registerConfig,
];
