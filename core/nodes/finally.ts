import type { FinallyNode } from '../plan/plan';
import type { NodeKind } from './kind';

/** What is done after all others. */
export function finallyNode(fields: Omit<FinallyNode, 'kind'>): FinallyNode {
  return Object.freeze({ kind: 'finally', ...fields });
}

export const finallyKind: NodeKind<FinallyNode> = {
  reads: () => [],
  bodies: (node) => [{ name: `the body of ${node.id}`, body: node.body }],
};
