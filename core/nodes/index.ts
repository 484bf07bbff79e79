import type { Body, Expr, PlanNode } from '../plan/plan';
import { approvalKind } from './approval';
import { branchKind } from './branch';
import { callKind } from './call';
import { finallyKind } from './finally';
import { mapKind } from './map';
import { stepKind } from './step';
import { switchKind } from './switch';
import { untilKind } from './until';
import { waitKind } from './wait';

export { approvalNode } from './approval';
export { branchNode } from './branch';
export { callNode } from './call';
export { finallyNode } from './finally';
export { mapNode } from './map';
export { stepNode } from './step';
export { switchNode } from './switch';
export { untilNode } from './until';
export { waitNode } from './wait';

/** The expressions that must be computable before a node starts. */
export function readsOf(node: PlanNode): readonly Expr[] {
  switch (node.kind) {
    case 'step':
      return stepKind.reads(node);
    case 'map':
      return mapKind.reads(node);
    case 'branch':
      return branchKind.reads(node);
    case 'switch':
      return switchKind.reads(node);
    case 'approval':
      return approvalKind.reads(node);
    case 'until':
      return untilKind.reads(node);
    case 'call':
      return callKind.reads(node);
    case 'wait':
      return waitKind.reads(node);
    case 'finally':
      return finallyKind.reads(node);
  }
}

/** The scopes inside a node, with the name each has in messages. */
export function bodiesOf(node: PlanNode): readonly { readonly name: string; readonly body: Body }[] {
  switch (node.kind) {
    case 'step':
      return stepKind.bodies(node);
    case 'map':
      return mapKind.bodies(node);
    case 'branch':
      return branchKind.bodies(node);
    case 'switch':
      return switchKind.bodies(node);
    case 'approval':
      return approvalKind.bodies(node);
    case 'until':
      return untilKind.bodies(node);
    case 'call':
      return callKind.bodies(node);
    case 'wait':
      return waitKind.bodies(node);
    case 'finally':
      return finallyKind.bodies(node);
  }
}

/** Whether each unit of a node's body is told from the others by a number in the addresses of what is inside. */
export function isNumbered(node: PlanNode): boolean {
  return node.kind === 'map' || node.kind === 'until';
}

/** All nodes of a scope, and of the scopes inside it, in the order they were written. */
export function allNodes(body: Body): PlanNode[] {
  const nodes: PlanNode[] = [];
  collect(body, nodes);
  return nodes;
}

function collect(body: Body, into: PlanNode[]): void {
  for (const node of body.nodes) {
    into.push(node);
    for (const { body: inner } of bodiesOf(node)) collect(inner, into);
  }
}
