import { exprText } from '../expr/text';
import type { Expr, WaitNode } from '../plan/plan';
import { lengthText } from '../plan/time';
import type { NodeKind } from './kind';

/** A wait for a length of time, or until a moment. */
export function waitNode(fields: Omit<WaitNode, 'kind'>): WaitNode {
  return Object.freeze({ kind: 'wait', ...fields });
}

export const waitKind: NodeKind<WaitNode> = {
  reads: ({ time }) => [timeOf(time)],
  bodies: () => [],
};

function timeOf(time: WaitNode['time']): Expr {
  return 'for' in time ? time.for : time.until;
}

/** What a wait waits for, as people write it: `for 2h`, `until config.ripe`. */
export function waitText({ time }: WaitNode): string {
  const expr = timeOf(time);
  const value = expr.op === 'literal' ? expr.value : null;
  if ('until' in time) return `until ${typeof value === 'string' ? value : exprText(expr)}`;
  return `for ${typeof value === 'number' ? lengthText(value) : exprText(expr)}`;
}
