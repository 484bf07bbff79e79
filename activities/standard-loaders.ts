import { type Implementation, implementationsIn } from '../core';

/** Which stage has the code of which step that may be isolated: a child process loads that stage and none of the others. */
const STAGES: { readonly [step: string]: () => Promise<object> } = {
  collect: () => import('./collect/index.js'),
  clean: () => import('./clean/index.js'),
  'join-as-of': () => import('./join/index.js'),
  validate: () => import('./validate/index.js'),
  split: () => import('./split/index.js'),
  train: () => import('./train/index.js'),
  evaluate: () => import('./evaluate/index.js'),
  'weak-segments': () => import('./evaluate/index.js'),
  'compact-predictions': () => import('./monitor/index.js'),
  judge: () => import('./monitor/index.js'),
  'label-predictions': () => import('./monitor/index.js'),
};

/** The implementations of the stage that a standard step belongs to; empty for an unknown step. */
export async function loadStandardStep(step: string): Promise<readonly Implementation[]> {
  const load = STAGES[step];
  return load === undefined ? [] : implementationsIn(await load());
}
