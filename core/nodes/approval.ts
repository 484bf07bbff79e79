import type { ApprovalNode } from '../plan/plan';
import type { NodeKind } from './kind';

/** A wait for a person's answer. */
export function approvalNode(fields: Omit<ApprovalNode, 'kind'>): ApprovalNode {
  return Object.freeze({ kind: 'approval', ...fields });
}

export const approvalKind: NodeKind<ApprovalNode> = {
  reads: (node) => [node.show],
  bodies: () => [],
};
