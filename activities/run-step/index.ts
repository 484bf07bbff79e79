export type { Effect, EngineContext } from './context';
export type { LoadedProject, RunStepDependencies } from './dependencies';
export { createRunStep, type StepActivity } from './run-step';
export { OUTPUT_LIMIT } from './to-json';
