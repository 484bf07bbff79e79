import type { CallNode } from '../plan/plan';
import type { NodeKind } from './kind';

/** A run of another pipeline. */
export function callNode(fields: Omit<CallNode, 'kind'>): CallNode {
  return Object.freeze({ kind: 'call', ...fields });
}

export const callKind: NodeKind<CallNode> = {
  reads: (node) => [node.config],
  bodies: () => [],
};
