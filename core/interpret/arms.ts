import { perennialError } from '../errors';
import { evaluate, evaluateCondition, type Values } from '../expr/evaluate';
import { kindOf } from '../expr/kinds';
import { bodiesOf } from '../nodes';
import type { Body, BranchNode, SwitchNode } from '../plan/plan';
import { change, type Draft, note, valuesAt } from './draft';
import { closeScope, openScope } from './scopes';
import { skip } from './skip';
import type { NodeState } from './state';

/** Starts a branch or a switch: one of its arms opens, and the nodes of the others are skipped. */
export function startArm(draft: Draft, address: string, state: NodeState, node: BranchNode | SwitchNode): void {
  const { arm, body } = armOf(node, valuesAt(draft, state.at));
  change(draft, address, { status: 'running' });
  note(draft, address, { status: 'running', input: { arm } });
  for (const other of bodiesOf(node)) if (other.body !== body) skip(draft, state.at, other.body);
  openScope(draft, address, address, body?.nodes ?? [], state.at);
  closeScope(draft, address);
}

/**
 * The arm that the values of the moment choose; null: there is none for them.
 *
 * @throws PER_FLOW_001 a condition that is neither true nor false, PER_FLOW_015 a value that no case can be
 */
export function armOf(
  node: BranchNode | SwitchNode,
  values: Values,
): { readonly arm: string; readonly body: Body | null } {
  if (node.kind === 'branch') {
    const holds = evaluateCondition(node.when, values);
    return { arm: holds ? 'then' : 'else', body: holds ? node.then : node.else };
  }
  const value = evaluate(node.on, values);
  if (typeof value !== 'string' && typeof value !== 'number')
    throw perennialError(
      'PER_FLOW_015',
      `The switch ${node.id} was given ${kindOf(value)}, neither text nor a number.`,
    );
  const found = node.cases.find((each) => each.value === String(value));
  return found ? { arm: found.value, body: found.body } : { arm: 'else', body: node.else };
}
