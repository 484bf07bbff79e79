import { evaluate } from '../expr/evaluate';
import type { Json } from '../plan/json';
import { armOf } from './arms';
import { change, type Draft, nodeAt, note, planNode, scopeAt, valuesAt } from './draft';
import { failureOf } from './failure';
import { listOf } from './list-of';
import { openUnits } from './open-units';
import { closeScope } from './scopes';
import type { Ending, Failure } from './state';
import { endIteration, untilAt, untilOutput } from './until';
import { isTolerated, tolerate, toleranceAt } from './tolerance';

/** A node has its output. */
export function complete(draft: Draft, address: string, output: Json): void {
  change(draft, address, { status: 'completed', output });
  leave(draft, nodeAt(draft, address).scope, null);
}

/**
 * A node has failed: the others are stopped, or may finish, as the plan says. The records are told here, since an
 * execution that was lost (a time-out, a worker that died) could not.
 */
export function fail(draft: Draft, address: string, failure: Failure): void {
  note(draft, address, { status: 'failed', error: failure });
  change(draft, address, { status: 'failed' });
  const { scope } = nodeAt(draft, address);
  if (isTolerated(draft, scope)) {
    leave(draft, scope, failure);
    return;
  }
  if (draft.finish) {
    draft.finish = { ...draft.finish, failure: draft.finish.failure ?? { address, failure } };
    leave(draft, scope, failure);
    return;
  }
  if (draft.index.plan.onFailure === 'cancel') {
    bringToEnd(draft, { status: 'failed', reason: `${address}: ${failure.message}`, failure });
  }
  draft.failure ??= { address, failure };
  leave(draft, scope, failure);
}

/** A node will not run, since one that it needs did not complete. */
export function giveUp(draft: Draft, address: string): void {
  cancel(draft, address);
  leave(draft, nodeAt(draft, address).scope, 'given up');
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

/** A node or unit of a scope has ended: well (null), by a failure, or because another one failed. */
function leave(draft: Draft, key: string, failed: Failure | 'given up' | null): void {
  const scope = scopeAt(draft, key);
  const failure = scope.failure ?? (failed === 'given up' ? null : failed);
  draft.scopes[key] = {
    ...scope,
    remaining: scope.remaining - 1,
    failed: scope.failed || failed !== null,
    ...(failure && { failure }),
  };
  closeScope(draft, key);
  // One unit of a map has ended: the next may begin.
  if (scope.owner === key && !draft.ending && planNode(draft, nodeAt(draft, key).node).node.kind === 'map')
    openUnits(draft, key);
}

/** Ends the owner of a scope in which all has ended; the root's is the run, which is looked at last. */
export function endOwner(draft: Draft, key: string): void {
  const { owner, failed, failure } = scopeAt(draft, key);
  if (owner === null) return;
  if (key === owner) endNode(draft, owner, failed, failure);
  else if (!failed && untilAt(draft, owner)) repeat(draft, owner);
  else if (failure && toleranceAt(draft, owner) !== undefined) leave(draft, tolerate(draft, owner, key, failure), null);
  else leave(draft, owner, failed ? (failure ?? 'given up') : null);
}

function repeat(draft: Draft, address: string): void {
  const node = untilAt(draft, address);
  try {
    if (node && endIteration(draft, address, node)) leave(draft, address, null);
  } catch (error) {
    fail(draft, address, failureOf(error));
  }
}

function endNode(draft: Draft, address: string, failed: boolean, failure: Failure | undefined): void {
  if (failed) {
    // What failed inside has been reported as itself.
    note(draft, address, { status: 'failed' });
    change(draft, address, { status: 'failed' });
    leave(draft, nodeAt(draft, address).scope, failure ?? 'given up');
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
  if (node.kind === 'until') return untilOutput(draft, address, node);
  if (node.kind === 'finally') return evaluate(node.body.output, valuesAt(draft, state.at));
  if (node.kind !== 'branch' && node.kind !== 'switch') return listOf(draft, address);
  // The condition's value does not change: what it reads has been committed.
  const { body } = armOf(node, valuesAt(draft, state.at));
  return body ? evaluate(body.output, valuesAt(draft, state.at)) : null;
}
