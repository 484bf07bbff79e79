import type { PlanNode } from '../plan/plan';
import { addressOf, type Draft, planNode, scopeAt } from './draft';
import type { Indices } from './state';

/** Opens a scope: its nodes come to be and wait for what they need. */
export function openScope(
  draft: Draft,
  key: string,
  owner: string | null,
  nodes: readonly PlanNode[],
  at: Indices,
): void {
  draft.scopes[key] = { owner, remaining: nodes.length, failed: false };
  for (const { id } of nodes) {
    const address = addressOf(draft, id, at);
    const needs = planNode(draft, id).needs.map((need) => addressOf(draft, need, at));
    draft.nodes[address] = { node: id, status: 'pending', scope: key, at, needs };
    draft.pending.push(address);
  }
}

/** Queues a scope in which nothing remains to be run, so that its owner ends. An item's owner is one unit nearer its end. */
export function closeScope(draft: Draft, key: string): void {
  if (scopeAt(draft, key).remaining === 0) draft.closed.push(key);
}
