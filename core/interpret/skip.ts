import { allNodes } from '../nodes';
import type { Body } from '../plan/plan';
import { addressOf, type Draft, planNode } from './draft';
import type { Indices } from './state';

/** Says of the nodes of an arm or body that is not taken that they will not run. */
export function skip(draft: Draft, at: Indices, body: Body | null): void {
  for (const { id, kind } of body ? allNodes(body) : []) {
    // Nodes inside a map of that body have no addresses: the map has no items.
    if (planNode(draft, id).maps.some((map) => !Object.hasOwn(at, map))) continue;
    draft.commands.push({
      type: 'note',
      note: { address: addressOf(draft, id, at), node: id, kind, status: 'skipped' },
    });
  }
}
