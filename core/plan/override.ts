import type { Override, PlanRetry, StepNode } from './plan';

/** Longest run of a light step, ms: a local activity holds its workflow task open. */
export const LIGHT_TIMEOUT = 10_000;

/** What of a contract a use may override. */
interface Overridable {
  readonly timeout: number;
  readonly retry: PlanRetry;
  readonly cache: boolean;
}

/** A contract as one use of it asks. */
export function withOverride<C extends Overridable>(contract: C, override: Override | undefined): C {
  return override === undefined ? contract : { ...contract, ...override };
}

/** A step's contract as a node asks, with the node's priority and with the tags of both. */
export function contractAt<C extends Overridable & Pick<StepNode, 'priority' | 'tags'>>(
  contract: C,
  { override, priority, tags = [] }: Pick<StepNode, 'override' | 'priority' | 'tags'>,
): C {
  const all = [...new Set([...(contract.tags ?? []), ...tags])];
  return {
    ...withOverride(contract, override),
    ...(priority !== undefined && { priority }),
    ...(all.length > 0 && { tags: all }),
  };
}
