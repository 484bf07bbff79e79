import { type IndexedPlan, isExecuted } from './index-plan';
import type { NodeState } from './state';

/** Whether a node waits for a person's answer. */
export function asksPerson(state: NodeState | undefined): boolean {
  return state?.status === 'waiting' && state.until === undefined;
}

/** The moment that a wait still waits for; undefined: it does not, or is none. */
export function waitingUntil(state: NodeState | undefined): string | undefined {
  return state?.status === 'waiting' ? state.until : undefined;
}

/** Whether a node is under way elsewhere: with a worker, in a run of its own, or as a shard. */
export function isRunningLeaf(index: IndexedPlan, state: NodeState): boolean {
  if (state.status !== 'running') return false;
  if (state.shard !== undefined) return true;
  const node = index.nodes.get(state.node)?.node;
  return node !== undefined && isExecuted(node);
}
