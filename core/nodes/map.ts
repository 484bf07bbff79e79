import type { MapNode } from '../plan/plan';
import type { NodeKind } from './kind';

/** A body run once for each item of a list. */
export function mapNode(fields: Omit<MapNode, 'kind'>): MapNode {
  return Object.freeze({ kind: 'map', ...fields });
}

export const mapKind: NodeKind<MapNode> = {
  reads: (node) => [node.over],
  bodies: (node) => [{ name: `the body of ${node.id}`, body: node.body }],
};
