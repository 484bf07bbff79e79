import { evaluate } from '../expr/evaluate';
import type { Json } from '../plan/json';
import type { NodeNote } from './activity';
import { armOf } from './arms';
import { change, type Draft, nodeAt, note, planNode, scopeAt, valuesAt } from './draft';
import { failureOf } from './failure';
import { listOf } from './list-of';
import { openUnits } from './open-units';
import { closeScope } from './scopes';
import type { Cause, Ending, Failure } from './state';
import { endIteration, untilAt, untilOutput } from './until';
import { isTolerated, tolerate, toleranceAt } from './tolerance';

/** A node has its output. */
export function complete(draft: Draft, address: string, output: Json): void {
  change(draft, address, { status: 'completed', output });
  leave(draft, nodeAt(draft, address).scope);
}

/**
 * A node has failed: the others are stopped, or may finish, as the plan says. The records are told here, since an
 * execution that was lost (a time-out, a worker that died) could not.
 */
export function fail(draft: Draft, address: string, failure: Failure): void {
  note(draft, address, { status: 'failed', error: failure });
  const cause = { address, failure };
  change(draft, address, { status: 'failed', cause });
  const { scope } = nodeAt(draft, address);
  if (isTolerated(draft, scope)) {
    leave(draft, scope, { failure, cause });
    return;
  }
  if (draft.finish) {
    draft.finish = { ...draft.finish, failure: draft.finish.failure ?? cause };
    leave(draft, scope, { failure, cause });
    return;
  }
  if (draft.index.plan.onFailure === 'cancel') {
    bringToEnd(draft, { status: 'failed', reason: `${address}: ${failure.message}`, failure });
  }
  draft.failure ??= cause;
  leave(draft, scope, { failure, cause });
}

/** A node will not run, since one that it needs did not complete. */
export function giveUp(draft: Draft, address: string, cause?: Cause): void {
  cancel(draft, address, cause);
  leave(draft, nodeAt(draft, address).scope, { failure: null, cause });
}

/**
 * A node has been stopped, or will not begin.
 *
 * @param cause what has failed, where it does not begin because of that
 */
export function cancel(draft: Draft, address: string, cause?: Cause): void {
  note(draft, address, { status: 'cancelled', ...(cause && { error: errorBefore(draft, cause) }) });
  change(draft, address, { status: 'cancelled', ...(cause && { cause }) });
}

/** A node that others stand in has failed, since one of them did: that one has been reported as itself. */
export function failWith(draft: Draft, address: string, cause: Cause | undefined): void {
  note(draft, address, { status: 'failed', ...(cause && { error: errorInside(draft, cause) }) });
  change(draft, address, { status: 'failed', ...(cause && { cause }) });
}

function errorBefore(draft: Draft, { address, failure }: Cause): NonNullable<NodeNote['error']> {
  const of = placeOf(draft, address);
  return { ...failure, message: `not run, since ${of} failed`, retryable: false, of };
}

function errorInside(draft: Draft, { address, failure }: Cause): NonNullable<NodeNote['error']> {
  const of = placeOf(draft, address);
  // What failed in a shard has said where.
  return { ...failure, message: of === address ? `${of}: ${failure.message}` : failure.message, of };
}

/** People know no shards: the map stands for its own. */
function placeOf(draft: Draft, address: string): string {
  const { shard, scope } = nodeAt(draft, address);
  return shard ? scope : address;
}

/** Why the nodes that still run are to be stopped. The first reason counts. */
export function bringToEnd(draft: Draft, ending: Ending): void {
  draft.ending ??= ending;
}

/** Why a node or unit has not ended well; without a failure of its own it was given up, because another one failed. */
interface Fall {
  readonly failure: Failure | null;
  readonly cause: Cause | undefined;
}

/** A node or unit of a scope has ended: well (null), or not. */
function leave(draft: Draft, key: string, fall: Fall | null = null): void {
  const scope = scopeAt(draft, key);
  const failure = scope.failure ?? fall?.failure;
  const cause = scope.cause ?? fall?.cause;
  draft.scopes[key] = {
    ...scope,
    remaining: scope.remaining - 1,
    failed: scope.failed || fall !== null,
    ...(failure && { failure }),
    ...(cause && { cause }),
  };
  closeScope(draft, key);
  // One unit of a map has ended: the next may begin.
  if (scope.owner === key && !draft.ending && planNode(draft, nodeAt(draft, key).node).node.kind === 'map')
    openUnits(draft, key);
}

/** Ends the owner of a scope in which all has ended; the root's is the run, which is looked at last. */
export function endOwner(draft: Draft, key: string): void {
  const { owner, failed, failure, cause } = scopeAt(draft, key);
  if (owner === null) return;
  const fall = failed ? { failure: failure ?? null, cause } : null;
  if (key === owner) endNode(draft, owner, fall);
  else if (!failed && untilAt(draft, owner)) repeat(draft, owner);
  else if (failure && toleranceAt(draft, owner) !== undefined) leave(draft, tolerate(draft, owner, key, failure));
  else leave(draft, owner, fall);
}

function repeat(draft: Draft, address: string): void {
  const node = untilAt(draft, address);
  try {
    if (node && endIteration(draft, address, node)) leave(draft, address);
  } catch (error) {
    fail(draft, address, failureOf(error));
  }
}

function endNode(draft: Draft, address: string, fall: Fall | null): void {
  if (fall) {
    failWith(draft, address, fall.cause);
    leave(draft, nodeAt(draft, address).scope, fall);
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
