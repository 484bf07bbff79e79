import type { Command } from 'commander';
import { registerApprove } from './approve';
import { registerBackfill } from './backfill';
import { registerBackfills } from './backfills';
import { registerCancel } from './cancel';
import { registerConfig } from './config';
import { registerData } from './data';
import { registerDeadlines } from './deadlines';
import { registerDemo } from './demo';
import { registerDeploy } from './deploy';
import { registerDev } from './dev';
import { registerDocs } from './docs';
import { registerDoctor } from './doctor';
import { registerDown } from './down';
import { registerExpect } from './expect';
import { registerInit } from './init';
import { registerLogs } from './logs';
import { registerMigrate } from './migrate';
import { registerModel } from './model';
import { registerModels } from './models';
import { registerPartitions } from './partitions';
import { registerPause } from './pause';
import { registerPlan } from './plan';
import { registerPredict } from './predict';
import { registerPreview } from './preview';
import { registerRerun } from './rerun';
import { registerResume } from './resume';
import { registerRetryNow } from './retry-now';
import { registerRun } from './run';
import { registerRuns } from './runs';
import { registerShow } from './show';
import { registerSchedules } from './schedules';
import { registerSensors } from './sensors';
import { registerServe } from './serve';
import { registerSkip } from './skip';
import { registerSpin } from './spin';
import { registerUp } from './up';
import { registerUpkeep } from './upkeep';
import { registerWhy } from './why';
import { registerWorker } from './worker';

/** Adds a verb to the program. */
export type Register = (program: Command) => void;

/** The verbs, in the order that --help shows. */
export const VERBS: readonly Register[] = [
  registerInit,
  registerDemo,
  registerUp,
  registerDown,
  registerDev,
  registerPlan,
  registerDocs,
  registerRun,
  registerRerun,
  registerPartitions,
  registerBackfill,
  registerBackfills,
  registerSchedules,
  registerSensors,
  registerDeadlines,
  registerRuns,
  registerShow,
  registerWhy,
  registerLogs,
  registerSpin,
  registerApprove,
  registerCancel,
  registerPause,
  registerResume,
  registerRetryNow,
  registerSkip,
  registerModels,
  registerModel,
  registerPredict,
  registerData,
  registerExpect,
  registerDeploy,
  registerPreview,
  registerWorker,
  registerServe,
  registerMigrate,
  registerUpkeep,
  registerDoctor,
  registerConfig,
];
