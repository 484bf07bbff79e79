import type { Implementation, Pipeline } from '../core';
import { perennialError } from '../core/errors';

/** The implementations' contracts that belong to a pool, with their code. Those of other pools are not registered. */
export function stepsOfPool(implementations: readonly Implementation[], pool: string): string[] {
  const names = implementations.flatMap(({ contracts }) =>
    Object.values(contracts).flatMap((contract) => (contract.pool === pool ? [contract.name] : [])),
  );
  return [...new Set(names)];
}

/**
 * Refuses a project whose pipelines ask a pool for a step that nobody implemented there: its runs would wait for ever.
 *
 * @throws PER_STACK_016 naming each step and the pipelines that use it
 */
export function checkImplemented(pipelines: readonly Pipeline[], pool: string, implemented: readonly string[]): void {
  const known = new Set(implemented);
  const users = new Map<string, string[]>();
  for (const { name, plan } of pipelines) {
    for (const [step, contract] of Object.entries(plan.steps)) {
      if (contract.pool !== pool || known.has(step)) continue;
      users.set(step, [...(users.get(step) ?? []), name]);
    }
  }
  if (users.size === 0) return;
  const list = [...users].map(([step, by]) => `'${step}' (used by ${by.join(', ')})`).join(', ');
  throw perennialError('PER_STACK_016', `The pool ${pool} has no code for ${list}.`);
}
