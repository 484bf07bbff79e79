import { findStep, type FoundStep } from '../../activities/run-step/known-step';
import { loadStandardStep } from '../../activities/standard-loaders';
import type { Implementation } from '../../core';
import { perennialError } from '../../core/errors';
import type { Project } from '../../workers/load-project';

/**
 * The code that the working tree has for a step, as a worker of its pool would find it: the project's own before the
 * engine's.
 *
 * @param first the pool that it was executed in; its code is loaded before that of others
 * @throws PER_RUN_048 naming the steps that there are
 */
export async function findSpunStep(project: Project, name: string, first: string | null): Promise<FoundStep> {
  const known: string[] = [];
  const pools = [...new Set([...(first === null ? [] : [first]), ...project.pools])];
  for (const pool of pools) {
    const implementations = await project.steps(pool);
    const found = findStep(implementations, name);
    if (found?.contract.pool === pool) return found;
    known.push(...namesIn(implementations));
  }
  const standard = findStep(await loadStandardStep(name), name) ?? findStep(await allStandardSteps(), name);
  if (standard !== null) return standard;
  const names = [...new Set(known)].sort().join(', ') || 'none';
  throw perennialError('PER_RUN_048', `${project.folder} has no code for the step '${name}' (its steps: ${names}).`);
}

function namesIn(implementations: readonly Implementation[]): string[] {
  return implementations.flatMap(({ contracts }) => Object.values(contracts).map(({ name }) => name));
}

/** Loads all that any of them needs: DuckDB, the model runtime. */
async function allStandardSteps(): Promise<readonly Implementation[]> {
  const { standardSteps } = await import('../../activities/standard.js');
  return standardSteps;
}
