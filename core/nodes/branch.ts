import type { BranchNode } from '../plan/plan';
import type { NodeKind } from './kind';

/** One of two arms, by a condition. */
export function branchNode(fields: Omit<BranchNode, 'kind'>): BranchNode {
  return Object.freeze({ kind: 'branch', ...fields });
}

export const branchKind: NodeKind<BranchNode> = {
  reads: (node) => [node.when],
  bodies: (node) => [
    { name: `the arm 'then' of ${node.id}`, body: node.then },
    ...(node.else ? [{ name: `the arm 'else' of ${node.id}`, body: node.else }] : []),
  ],
};
