import type { AnyHandler, Implementation, StepContract } from '../../core';
import { perennialError } from '../../core/errors';
import type { RunStepDependencies } from './dependencies';

/** A step's contract with its code. */
export interface KnownStep {
  readonly contract: StepContract;
  readonly handler: AnyHandler;
  /** Digest of the code: the project's bundle, or the engine's build. */
  readonly code: string;
  /** The file that a child process finds the code in; null: the engine's own. */
  readonly bundle: string | null;
}

/** The step of a name among implementations, or null. */
export function findStep(
  implementations: readonly Implementation[],
  name: string,
): Pick<KnownStep, 'contract' | 'handler'> | null {
  for (const { contracts, handlers } of implementations) {
    for (const [key, contract] of Object.entries(contracts)) {
      const handler = handlers[key];
      if (contract.name === name && handler !== undefined) return { contract, handler };
    }
  }
  return null;
}

/** @throws PER_RUN_010 when this worker has no code for the step */
export function knownStep(dependencies: RunStepDependencies, name: string): KnownStep {
  const { project, standard, environment } = dependencies;
  const own = project === null ? null : findStep(project.implementations, name);
  if (project !== null && own !== null) return { ...own, code: project.digest, bundle: project.bundle };
  const found = findStep(standard, name);
  if (found === null) throw perennialError('PER_RUN_010', `This worker has no code for the step '${name}'.`);
  return { ...found, code: environment.build, bundle: null };
}
