import type { Implementation, Model, Pipeline } from '../core';
import { checkProject, refuse } from '../core/checks';

/** The names of the implemented steps whose contracts belong to a pool. Those of other pools are not registered there. */
export function stepsOfPool(implementations: readonly Implementation[], pool: string): string[] {
  const names = implementations.flatMap(({ contracts }) =>
    Object.values(contracts).flatMap((contract) => (contract.pool === pool ? [contract.name] : [])),
  );
  return [...new Set(names)];
}

/** What is known of the workers while a project is checked: one pool's step code is loaded, or none. */
export interface KnownCode {
  readonly pool: string;
  readonly steps: readonly string[];
}

/**
 * Refuses a project that cannot run: names used twice, and, where a pool's code is loaded, steps of that pool that nobody
 * implemented and whose runs would wait for ever. The other pools are given the benefit of the doubt: their code belongs
 * to their workers.
 *
 * @throws PER_DEF_009, PER_DEF_014
 */
export function checkLoaded(
  project: { readonly pipelines: readonly Pipeline[]; readonly models: readonly Model[] },
  known: KnownCode | null,
): void {
  const plans = project.pipelines.map(({ plan }) => plan);
  const steps: Record<string, string[]> = {};
  for (const { name, pool } of plans.flatMap((plan) => Object.values(plan.steps))) (steps[pool] ??= []).push(name);
  if (known !== null) steps[known.pool] = [...known.steps];
  refuse(checkProject({ plans, models: project.models.map(({ name }) => name), steps }));
}
