import * as steps from '../steps';

const exported: readonly unknown[] = Object.values(steps);

/** The pools that the standard steps ask for. Reads their contracts alone, so that a check needs none of their code. */
export const standardPools: readonly string[] = [...new Set(exported.flatMap(poolOf))];

function poolOf(value: unknown): string[] {
  const isStep = typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'step';
  return isStep && 'pool' in value && typeof value.pool === 'string' ? [value.pool] : [];
}
