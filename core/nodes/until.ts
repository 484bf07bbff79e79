import type { UntilNode } from '../plan/plan';
import type { NodeKind } from './kind';

/** A body repeated until it says that it is done. */
export function untilNode(fields: Omit<UntilNode, 'kind'>): UntilNode {
  return Object.freeze({ kind: 'until', ...fields });
}

export const untilKind: NodeKind<UntilNode> = {
  reads: (node) => [node.initial],
  bodies: (node) => [{ name: `the body of ${node.id}`, body: node.body }],
};
