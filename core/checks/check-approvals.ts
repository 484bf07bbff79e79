import { allNodes } from '../nodes';
import type { Plan } from '../plan/plan';
import { type Finding, finding } from './finding';

/** No approval stands inside a map: its items may run in other workflows, and nobody can be asked 200 times. */
export function checkApprovals(plan: Plan): Finding[] {
  const maps = allNodes(plan.body).flatMap((node) => (node.kind === 'map' ? [node] : []));
  const inside = maps.flatMap((map) =>
    allNodes(map.body).flatMap((node) => (node.kind === 'approval' ? [{ map, node }] : [])),
  );
  return inside.map(({ map, node }) =>
    finding('PER_DEF_012', 'error', node.id, `The approval ${node.id} stands inside the map ${map.id}.`),
  );
}
