import { type AnyHandler, type Implementation, isCommand, type StepBody, type StepContract } from '../../core';
import { perennialError } from '../../core/errors';
import { programFiles } from './command';
import type { RunStepDependencies } from './dependencies';
import { type StepCode, withFiles } from './step-code';

/** A step's contract with its code. */
export interface KnownStep {
  readonly contract: StepContract;
  readonly handler: StepBody;
  /** What it would run now: the files of a program may be edited while its worker runs. @throws PER_RUN_067 */
  code(): StepCode;
  /** The file that a child process finds the code in; null: the engine's own. */
  readonly bundle: string | null;
}

/** A step whose code runs in the worker itself. */
export interface StepInProcess extends KnownStep {
  readonly handler: AnyHandler;
}

/** False for a step that has to run in a child process. */
export function isInProcess(step: KnownStep): step is StepInProcess {
  return !step.contract.isolate && !isCommand(step.handler);
}

/** A step as an implementation has it. */
export interface FoundStep extends Pick<KnownStep, 'contract' | 'handler'> {
  readonly implementation: Implementation;
}

/** The step of a name among implementations, or null. */
export function findStep(implementations: readonly Implementation[], name: string): FoundStep | null {
  for (const implementation of implementations) {
    for (const [key, contract] of Object.entries(implementation.contracts)) {
      const handler = implementation.handlers[key];
      if (contract.name === name && handler !== undefined) return { contract, handler, implementation };
    }
  }
  return null;
}

/** @throws PER_RUN_010 when this worker has no code for the step */
export function knownStep(dependencies: RunStepDependencies, name: string): KnownStep {
  const { project, standard, standardCode } = dependencies;
  const own = project === null ? null : findStep(project.implementations, name);
  if (project !== null && own !== null) {
    const { contract, handler, implementation } = own;
    const code = project.codeOf(implementation);
    const folder = dependencies.environment.project;
    const current = isCommand(handler) ? () => withFiles(code, programFiles(handler, folder)) : () => code;
    return { contract, handler, code: current, bundle: project.bundle };
  }
  const found = findStep(standard, name);
  if (found === null) throw perennialError('PER_RUN_010', `This worker has no code for the step '${name}'.`);
  return { contract: found.contract, handler: found.handler, code: () => standardCode, bundle: null };
}
