import { allNodes } from '../nodes';
import { priorityFault, tagsFault } from '../plan/labels';
import { LIGHT_TIMEOUT } from '../plan/override';
import type { Plan, PlanNode, StepNode } from '../plan/plan';
import { type Finding, finding } from './finding';

/** What a node asks for instead of its step's contract is something that it can have. */
export function checkOverrides(plan: Plan): Finding[] {
  return allNodes(plan.body).flatMap((node) => [
    ...found('PER_DEF_020', node.id, priorityFault('priority' in node ? node.priority : undefined)),
    ...found('PER_DEF_021', node.id, tagsFault(node.tags)),
    ...found('PER_DEF_003', node.id, lightFault(plan, node)),
  ]);
}

function found(code: Finding['code'], id: string, fault: string | null): Finding[] {
  return fault === null ? [] : [finding(code, 'error', id, `${id} ${fault}.`)];
}

/** A light step runs where its workflow does, in no queue. */
function lightFault(plan: Plan, node: PlanNode): string | null {
  if (node.kind !== 'step' || plan.steps[node.step]?.light !== true) return null;
  return askedOfLight(node);
}

function askedOfLight({ step, override, priority }: StepNode): string | null {
  const timeout = override?.timeout ?? 0;
  if (timeout > LIGHT_TIMEOUT) return `asks for a timeout of ${timeout} ms of the light step ${step}`;
  return priority === undefined ? null : `asks for a priority of the light step ${step}`;
}
