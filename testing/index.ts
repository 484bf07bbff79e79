// What tests of pipelines import.
export type { Answers, Asked, ByNode, LocalAnswer, LocalOptions, Trial } from './options';
export type { LocalExecution, LocalNode, LocalRun, RefusedAnswer } from './result';
export { runLocal } from './run-local';
