export type { Effect, EngineContext } from './context';
export type { LoadedProject, RunStepDependencies } from './dependencies';
export { createRunStep, type StepActivity } from './run-step';
export { type StepCode, toStepCode } from './step-code';
export { OUTPUT_LIMIT } from './to-json';
