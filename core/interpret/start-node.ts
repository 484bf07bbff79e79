import { evaluate } from '../expr/evaluate';
import { kindOf } from '../expr/kinds';
import { describe } from '../expr/ref';
import { perennialError } from '../errors';
import { isList, type Json } from '../plan/json';
import type { ApprovalNode, CallNode, Expr, MapNode, StepNode } from '../plan/plan';
import { startArm } from './arms';
import { change, type Draft, nodeAt, note, planNode, valuesAt } from './draft';
import { countExecutions } from './index-plan';
import {
  bytesOf,
  MAX_BATCH_BYTES,
  MAX_EXECUTIONS,
  ITEMS_AT_ONCE,
  MAX_INPUT_SIZE,
  SHARDS_RESERVED,
  shardSizeFor,
  sizeOf,
} from './limits';
import { openUnits, seedOf } from './open-units';
import { askForOutput } from './reuse';
import { closeScope } from './scopes';
import type { NodeState } from './state';
import { startUntil } from './until';

/**
 * Starts a node whose needs have completed, or a shard.
 *
 * @returns false when it has to wait for the next message
 * @throws PER_FLOW_001 to PER_FLOW_004, which fail the node
 */
export function startNode(draft: Draft, address: string): boolean {
  if (askForOutput(draft, address)) return true;
  const state = nodeAt(draft, address);
  if (state.shard) return startShard(draft, address, state.scope, state.shard);
  const { node } = planNode(draft, state.node);
  switch (node.kind) {
    case 'step':
      return startStep(draft, address, state, node);
    case 'map':
      startMap(draft, address, state, node);
      return true;
    case 'branch':
    case 'switch':
      startArm(draft, address, state, node);
      return true;
    case 'approval':
      startApproval(draft, address, state, node);
      return true;
    case 'until':
      startUntil(draft, address, state, node);
      return true;
    case 'call':
      return startCall(draft, address, state, node);
    case 'wait':
      startWait(draft, address);
      return true;
    case 'finally':
      throw perennialError('PER_FLOW_009', `The final body ${address} was started before the end.`);
  }
}

function startStep(draft: Draft, address: string, state: NodeState, node: StepNode): boolean {
  const input = inputFor(draft, address, state, node.input);
  if (input === undefined) return false;
  draft.commands.push({ type: 'run-step', address, node: node.id, step: node.step, input });
  return true;
}

function startCall(draft: Draft, address: string, state: NodeState, node: CallNode): boolean {
  const config = inputFor(draft, address, state, node.config);
  if (config === undefined) return false;
  note(draft, address, { status: 'running', input: config });
  const { id, pipeline, plan, priority } = node;
  const urgency = priority === undefined ? {} : { priority };
  draft.commands.push({ type: 'run-call', address, node: id, pipeline, plan, config, ...urgency });
  return true;
}

/** Counts an execution and gives its input; undefined when it has to wait for the next message. */
function inputFor(draft: Draft, address: string, state: NodeState, expr: Expr): Json | undefined {
  // It is not even made before there is room for any.
  if (draft.breathing) return undefined;
  const input = evaluate(expr, valuesAt(draft, state.at));
  const size = sizeOf(input);
  if (size > MAX_INPUT_SIZE)
    throw perennialError('PER_FLOW_004', `The input of ${address} has ${size} characters, ${MAX_INPUT_SIZE} at most.`);
  if (!handOut(draft, bytesOf(input))) return undefined;
  spend(draft, address, 1);
  change(draft, address, { status: 'running' });
  return input;
}

function startShard(draft: Draft, address: string, map: string, items: NonNullable<NodeState['shard']>): boolean {
  if (draft.breathing) return false;
  const seed = seedOf(draft, map, items);
  // The plan travels with each shard.
  if (!handOut(draft, bytesOf({ ...seed }) + draft.index.bytes)) return false;
  change(draft, address, { status: 'running' });
  draft.commands.push({ type: 'run-shard', address, seed });
  return true;
}

/** Counts what is handed out. False when the message is full: it is to be sent first. */
function handOut(draft: Draft, bytes: number): boolean {
  // Whatever is the first of a message goes with it: nothing would make it smaller.
  if (draft.batch > 0 && draft.batch + bytes > MAX_BATCH_BYTES) {
    draft.breathing = true;
    draft.commands.push({ type: 'breathe' });
    return false;
  }
  draft.batch += bytes;
  return true;
}

function startApproval(draft: Draft, address: string, state: NodeState, node: ApprovalNode): void {
  const show = evaluate(node.show, valuesAt(draft, state.at));
  change(draft, address, { status: 'waiting', show });
  note(draft, address, { status: 'waiting', input: show });
  draft.commands.push({ type: 'await-answer', address, node: node.id, timeout: node.timeout });
}

/** How long it is, and until when, shows once the time is known. */
function startWait(draft: Draft, address: string): void {
  spend(draft, address, 1);
  change(draft, address, { status: 'running' });
  draft.commands.push({ type: 'tell-time', address });
}

function startMap(draft: Draft, address: string, state: NodeState, node: MapNode): void {
  const items = evaluate(node.over, valuesAt(draft, state.at));
  if (!isList(items))
    throw perennialError(
      'PER_FLOW_002',
      `The map ${address} goes over '${describe(node.over)}', which is ${kindOf(items)} and not a list.`,
    );
  const size = shardSizeFor(countExecutions(node.body));
  const inline = planNode(draft, node.id).maps.length === 0 && fitsInline(draft, node, items.length);
  const units = inline ? items.length : Math.ceil(items.length / size);
  if (!inline) spend(draft, address, units);
  const maxUnits = unitsAtOnce(node, inline ? 1 : size);
  const shardSize = inline ? null : size;
  const map = { items, from: 0, shardSize, units, opened: 0, maxUnits: Math.min(maxUnits, Math.max(1, units)) };
  change(draft, address, { status: 'running', map });
  note(draft, address, { status: 'running', input: { items: items.length } });
  draft.scopes[address] = { owner: address, remaining: units, failed: false };
  openUnits(draft, address);
  closeScope(draft, address);
}

/** Units of so many items that run at once. The engine's own limit is a round number: the shard that passes it still runs. */
function unitsAtOnce({ maxParallel }: MapNode, size: number): number {
  return maxParallel === null ? Math.ceil(ITEMS_AT_ONCE / size) : Math.max(1, Math.floor(maxParallel / size));
}

/** Whether a map's items may run in this workflow: one shard of them, and room left for the rest of the plan. */
function fitsInline(draft: Draft, node: MapNode, items: number): boolean {
  const each = countExecutions(node.body);
  const rest = draft.index.executions - SHARDS_RESERVED;
  return items <= shardSizeFor(each) && draft.executions + items * each + rest <= MAX_EXECUTIONS;
}

function spend(draft: Draft, address: string, executions: number): void {
  if (draft.executions + executions > MAX_EXECUTIONS) {
    throw perennialError(
      'PER_FLOW_003',
      `${address} would be node execution ${draft.executions + executions} of this workflow.`,
    );
  }
  draft.executions += executions;
}
