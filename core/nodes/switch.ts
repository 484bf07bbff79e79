import type { SwitchNode } from '../plan/plan';
import type { NodeKind } from './kind';

/** One of several arms, by a value. */
export function switchNode(fields: Omit<SwitchNode, 'kind'>): SwitchNode {
  return Object.freeze({ kind: 'switch', ...fields });
}

export const switchKind: NodeKind<SwitchNode> = {
  reads: (node) => [node.on],
  bodies: (node) => [
    ...node.cases.map(({ value, body }) => ({ name: `the arm '${value}' of ${node.id}`, body })),
    ...(node.else ? [{ name: `the arm 'else' of ${node.id}`, body: node.else }] : []),
  ],
};
