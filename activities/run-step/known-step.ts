import type { AnyHandler, Implementation, StepContract } from '../../core';
import { perennialError } from '../../core/errors';
import type { RunStepDependencies } from './dependencies';
import type { StepCode } from './step-code';

/** A step's contract with its code. */
export interface KnownStep {
  readonly contract: StepContract;
  readonly handler: AnyHandler;
  readonly code: StepCode;
  /** The file that a child process finds the code in; null: the engine's own. */
  readonly bundle: string | null;
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
    return { contract, handler, code: project.codeOf(implementation), bundle: project.bundle };
  }
  const found = findStep(standard, name);
  if (found === null) throw perennialError('PER_RUN_010', `This worker has no code for the step '${name}'.`);
  return { contract: found.contract, handler: found.handler, code: standardCode, bundle: null };
}
