import { perennialError } from '../errors';
import { evaluate } from '../expr/evaluate';
import { kindOf } from '../expr/kinds';
import { isList, type Json } from '../plan/json';
import type { UntilNode } from '../plan/plan';
import { change, type Draft, mapAt, nodeAt, note, planNode, valuesAt } from './draft';
import { MAX_INPUT_SIZE, sizeOf } from './limits';
import { closeScope, openScope } from './scopes';
import type { NodeState } from './state';

/** Starts a repetition: its first iteration opens. An iteration is an item whose list grows. */
export function startUntil(draft: Draft, address: string, state: NodeState, node: UntilNode): void {
  const initial = evaluate(node.initial, valuesAt(draft, state.at));
  const map = { items: [], from: 0, shardSize: null, units: node.max, opened: 0, maxUnits: 1 };
  change(draft, address, { status: 'running', map });
  note(draft, address, { status: 'running', input: initial });
  draft.scopes[address] = { owner: address, remaining: 1, failed: false };
  openIteration(draft, address, node, initial);
}

/**
 * An iteration has ended: the next one opens with what it gave on, unless it was the last.
 *
 * @returns true when it was the last
 * @throws PER_FLOW_001 PER_FLOW_004, which fail the node
 */
export function endIteration(draft: Draft, address: string, node: UntilNode): boolean {
  const { next, done } = readIteration(draft, address, node);
  const size = sizeOf(next);
  if (size > MAX_INPUT_SIZE)
    throw perennialError('PER_FLOW_004', `What ${address} hands on has ${size} characters, ${MAX_INPUT_SIZE} at most.`);
  if (done || mapAt(draft, address).opened >= node.max) return true;
  openIteration(draft, address, node, next);
  return false;
}

/** The value of a repetition that has ended. */
export function untilOutput(draft: Draft, address: string, node: UntilNode): Json {
  const { next, done } = readIteration(draft, address, node);
  return { value: next, iterations: mapAt(draft, address).opened, done };
}

function openIteration(draft: Draft, address: string, node: UntilNode, carry: Json): void {
  const map = mapAt(draft, address);
  const index = map.opened;
  change(draft, address, { map: { ...map, items: [...map.items, { carry, index }], opened: index + 1 } });
  const key = `${address}[${index}]`;
  openScope(draft, key, address, node.body.nodes, { ...nodeAt(draft, address).at, [node.id]: index });
  closeScope(draft, key);
}

function readIteration(
  draft: Draft,
  address: string,
  node: UntilNode,
): { readonly next: Json; readonly done: boolean } {
  const at = { ...nodeAt(draft, address).at, [node.id]: mapAt(draft, address).opened - 1 };
  const output = evaluate(node.body.output, valuesAt(draft, at));
  const fields = output !== null && typeof output === 'object' && !isList(output) ? output : {};
  const { next, done } = fields;
  if (typeof done === 'boolean') return { next: next ?? null, done };
  throw perennialError('PER_FLOW_001', `\`done\` of the repetition ${address} is ${kindOf(done)}, not true or false.`);
}

/** The repetition at an address; null when something else is there. */
export function untilAt(draft: Draft, address: string): UntilNode | null {
  const { node } = planNode(draft, nodeAt(draft, address).node);
  return node.kind === 'until' ? node : null;
}
