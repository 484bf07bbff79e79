import type { StepNode } from '../plan/plan';
import type { NodeKind } from './kind';

/** A use of a step. */
export function stepNode(fields: Omit<StepNode, 'kind'>): StepNode {
  return Object.freeze({ kind: 'step', ...fields });
}

export const stepKind: NodeKind<StepNode> = {
  reads: (node) => [node.input],
  bodies: () => [],
};
