import { contractAt } from '../../core/plan/override';
import { allNodes } from '../../core/nodes';
import type { Plan, PlanNode, PlanStep } from '../../core/plan/plan';
import { duration } from './duration';

/** What a plan says of a node's use beside its kind: tags, urgency, and what it asks for instead of its contract. */
export interface NodeUse {
  /** Those of its step among them. */
  readonly tags: readonly string[];
  /** In words, without what is the contract's. */
  readonly asks: readonly string[];
  /** Set where the use itself says whether the cache may answer it. */
  readonly cache: boolean | null;
}

/** By node id; nodes of which there is nothing to say are not there. */
export type NodeUses = { readonly [node: string]: NodeUse };

/** What a plan says of the uses of its nodes. */
export function usesIn(plan: Plan): NodeUses {
  const said = allNodes(plan.body).map((node) => [node.id, useOf(plan, node)] as const);
  return Object.fromEntries(said.filter(([, { tags, asks }]) => tags.length + asks.length > 0));
}

function useOf(plan: Plan, node: PlanNode): NodeUse {
  const step = node.kind === 'step' ? plan.steps[node.step] : undefined;
  if (node.kind !== 'step' || !step) return { tags: node.tags ?? [], asks: priorityText(node), cache: null };
  const asked = contractAt(step, node);
  const cache = node.override?.cache ?? null;
  return { tags: asked.tags ?? [], asks: [...overrideText(step, asked), ...priorityText(asked)], cache };
}

function priorityText(of: PlanNode | PlanStep): string[] {
  return 'priority' in of ? [`priority ${of.priority}`] : [];
}

function overrideText(step: PlanStep, asked: PlanStep): string[] {
  const { retry, timeout, cache } = asked;
  return [
    ...(timeout === step.timeout ? [] : [`timeout ${duration(timeout)}`]),
    ...(retry === step.retry ? [] : [`${retry.attempts} ${retry.attempts === 1 ? 'attempt' : 'attempts'}`]),
    ...(cache === step.cache ? [] : [`cache ${cache ? 'on' : 'off'}`]),
  ];
}
