import type { Plan } from '../plan/plan';
import { type Finding, finding } from './finding';

/** The steps that each pool's workers have code for. */
export type StepsByPool = { readonly [pool: string]: readonly string[] };

/** Every step's pool is one of the project's. */
export function checkPools(plan: Plan, pools: StepsByPool): Finding[] {
  const known = Object.keys(pools).join(', ') || 'none';
  return Object.values(plan.steps)
    .filter((step) => !Object.hasOwn(pools, step.pool))
    .map(({ name, pool }) =>
      finding('PER_DEF_013', 'error', name, `The step ${name} asks for the pool '${pool}' (known: ${known}).`),
    );
}

/** Every step has code in its pool. */
export function checkImplementations(plan: Plan, pools: StepsByPool): Finding[] {
  const kind = plan.handWritten ? 'workflow' : 'pipeline';
  return Object.values(plan.steps)
    .filter(({ name, pool }) => Object.hasOwn(pools, pool) && pools[pool]?.includes(name) === false)
    .map(({ name, pool }) => {
      const elsewhere = Object.keys(pools).filter((other) => pools[other]?.includes(name));
      const hint = elsewhere.length > 0 ? `; it has in ${elsewhere.join(', ')}` : '';
      const what = `The step ${name} of the ${kind} ${plan.pipeline} has no code in the pool '${pool}'${hint}.`;
      return finding('PER_DEF_014', 'error', name, what);
    });
}
