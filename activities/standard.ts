import { type Implementation, implementationsIn } from '../core';
import * as clean from './clean';
import * as collect from './collect';
import * as deploy from './deploy';
import * as evaluate from './evaluate';
import * as join from './join';
import * as monitor from './monitor';
import * as split from './split';
import * as train from './train';
import * as validate from './validate';

/** The code of the engine's own steps, stage by stage. */
export const standardSteps: readonly Implementation[] = [
  collect,
  clean,
  join,
  validate,
  split,
  train,
  evaluate,
  deploy,
  monitor,
].flatMap(implementationsIn);
