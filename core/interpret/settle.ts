import { perennialError } from '../errors';
import { evaluate } from '../expr/evaluate';
import { isList, type Json } from '../plan/json';
import { change, type Draft, mapAt, nodeAt, note, planNode, scopeAt, valuesAt } from './draft';
import { failureOf } from './failure';
import { MAX_LIST_SIZE, sizeOf } from './limits';
import { mapNodeOf, openUnits } from './open-units';
import { closeScope } from './scopes';
import type { Ending, Failure } from './state';

/** A node has its output. */
export function complete(draft: Draft, address: string, output: Json): void {
  change(draft, address, { status: 'completed', output });
  leave(draft, nodeAt(draft, address).scope, false);
}

/**
 * A node has failed: the others are stopped, or may finish, as the plan says. The records are told here, since an
 * execution that was lost (a time-out, a worker that died) could not.
 */
export function fail(draft: Draft, address: string, failure: Failure): void {
  note(draft, address, { status: 'failed', error: failure });
  change(draft, address, { status: 'failed' });
  if (draft.index.plan.onFailure === 'cancel') {
    bringToEnd(draft, { status: 'failed', reason: `${address}: ${failure.message}`, failure });
  }
  draft.failure ??= { address, failure };
  leave(draft, nodeAt(draft, address).scope, true);
}

/** A node will not run, since one that it needs did not complete. */
export function giveUp(draft: Draft, address: string): void {
  cancel(draft, address);
  leave(draft, nodeAt(draft, address).scope, true);
}

/** A node has been stopped, or will not begin. */
export function cancel(draft: Draft, address: string): void {
  note(draft, address, { status: 'cancelled' });
  change(draft, address, { status: 'cancelled' });
}

/** Why the nodes that still run are to be stopped. The first reason counts. */
export function bringToEnd(draft: Draft, ending: Ending): void {
  draft.ending ??= ending;
}

function leave(draft: Draft, key: string, failed: boolean): void {
  const scope = scopeAt(draft, key);
  draft.scopes[key] = { ...scope, remaining: scope.remaining - 1, failed: scope.failed || failed };
  closeScope(draft, key);
  // One unit of a map has ended: the next may begin.
  if (scope.owner === key && !draft.ending && nodeAt(draft, key).map) openUnits(draft, key);
}

/** Ends the owner of a scope in which all has ended; the root's is the run, which is looked at last. */
export function endOwner(draft: Draft, key: string): void {
  const { owner, failed } = scopeAt(draft, key);
  if (owner === null) return;
  if (key === owner) {
    endNode(draft, owner, failed);
    return;
  }
  leave(draft, owner, failed);
}

function endNode(draft: Draft, address: string, failed: boolean): void {
  if (failed) {
    // What failed inside has been reported as itself.
    note(draft, address, { status: 'failed' });
    change(draft, address, { status: 'failed' });
    leave(draft, nodeAt(draft, address).scope, true);
    return;
  }
  try {
    const output = outputOf(draft, address);
    note(draft, address, { status: 'completed', output });
    complete(draft, address, output);
  } catch (error) {
    fail(draft, address, failureOf(error));
  }
}

function outputOf(draft: Draft, address: string): Json {
  const state = nodeAt(draft, address);
  const { node } = planNode(draft, state.node);
  if (node.kind !== 'branch') return listOf(draft, address);
  // The condition's value does not change: what it reads has been committed.
  const arm = evaluate(node.when, valuesAt(draft, state.at)) === true ? node.then : node.else;
  return arm ? evaluate(arm.output, valuesAt(draft, state.at)) : null;
}

/** The list of a map's values, from its items or from its shards. */
function listOf(draft: Draft, address: string): Json {
  const state = nodeAt(draft, address);
  const { units, from, shardSize } = mapAt(draft, address);
  const { body } = mapNodeOf(draft, state);
  const range = Array.from({ length: units }, (_, unit) => unit);
  const list: Json[] =
    shardSize === null
      ? range.map((unit) => evaluate(body.output, valuesAt(draft, { ...state.at, [state.node]: from + unit })))
      : range.flatMap((unit) => shardOutput(draft, `${address}#${unit}`));
  const size = sizeOf(list);
  if (size > MAX_LIST_SIZE)
    throw perennialError(
      'PER_FLOW_004',
      `The list of the map ${address} has ${size} characters, ${MAX_LIST_SIZE} at most.`,
    );
  return list;
}

function shardOutput(draft: Draft, address: string): readonly Json[] {
  const { output } = nodeAt(draft, address);
  if (!isList(output)) throw perennialError('PER_FLOW_009', `The shard ${address} gave no list.`);
  return output;
}
