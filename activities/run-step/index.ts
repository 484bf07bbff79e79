export type { Effect, EngineContext } from './context';
export type { LoadedProject, RunStepDependencies } from './dependencies';
export { stepNames } from './known-step';
export { createRunStep, type StepActivity } from './run-step';
export { OUTPUT_LIMIT } from './to-json';
