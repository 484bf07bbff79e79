import { allNodes } from '../nodes';
import type { Plan } from '../plan/plan';
import { type Finding, finding } from './finding';

/** Every node of a plan has a name of its own, in whatever arm or body it stands: addresses are made of them. */
export function checkNames(plan: Plan): Finding[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { id } of allNodes(plan.body)) {
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return [...twice].map((id) => finding('PER_DEF_009', 'error', id, `Two nodes of ${plan.pipeline} are called ${id}.`));
}
