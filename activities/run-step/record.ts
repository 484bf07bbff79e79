import type { PoolClient } from 'pg';
import type { Json } from '../../core';
import { perennialError } from '../../core/errors';
import { transaction } from '../../store/db';
import { failExecution } from '../../store/executions/fail-execution';
import { commitNode } from '../../store/nodes/commit-node';
import { findOutput } from '../../store/nodes/find-output';
import { insertInputEdges } from '../../store/nodes/insert-input-edges';
import type { Cost } from '../../store/nodes/node-row';
import { recordNode } from '../../store/nodes/record-node';
import { tellTriggers, triggersAt } from '../../store/triggers/tell-triggers';
import type { Attempt } from './attempt';
import { type Call, isLastAttempt } from './call';
import type { Effect } from './context';
import { digestsIn } from './digests-in';
import { committedBefore } from './committed';
import { describe, type Failure, toRecord } from './failure';
import { EffectError, patienceFor, withRecords } from './records';
import type { LookUp } from './use-cache';

/** An execution's output and what goes into the records with it. */
export interface Done {
  readonly output: Json;
  readonly cost: Cost;
  readonly effects: readonly Effect[];
}

/**
 * Commits the output of a claimed execution, its queued effects in the same transaction.
 *
 * @returns the output that counts: this one, or another execution's that was committed before
 * @throws PER_RUN_008 when a newer execution holds the fence and has not committed yet, PER_RUN_114
 */
export async function commit(call: Call, fence: number, look: LookUp, done: Done): Promise<Json> {
  const { dependencies, nodes, argument, temporal } = call;
  const { run, address } = argument;
  const row = { run, address, fence, output: done.output, cost: done.cost, cache: look.reason, entry: look.entry };
  const mine = await withRecords(
    'commit the output',
    () =>
      done.effects.length === 0
        ? nodes.commit(row)
        : transaction(dependencies.db, async (tx) => (await commitNode(tx, row)) && (await carryOut(tx, done.effects))),
    patienceFor(temporal),
  );
  if (mine) return done.output;
  call.watch.refused();
  const committed = await withRecords('read the output', () => findOutput(dependencies.db, run, address));
  if (committed !== null) return committedBefore(call, committed.output);
  throw perennialError('PER_RUN_008', `Execution ${fence} of '${address}' in run ${run} was overtaken.`);
}

/** Claims and commits at once, for light steps and cache hits. */
export async function recordAtOnce(call: Call, look: LookUp, done: Done): Promise<Json> {
  const { dependencies, nodes, claimant } = call;
  const { effects, ...rest } = done;
  const row = { ...rest, cache: look.reason, entry: look.entry };
  const recorded = await withRecords('record the output', () =>
    effects.length === 0
      ? nodes.record(claimant, row)
      : transaction(dependencies.db, async (tx) => {
          const own = await recordNode(tx, claimant, row);
          if (own.mine) await carryOut(tx, effects);
          return own;
        }),
  );
  return recorded.mine ? recorded.output : committedBefore(call, recorded.output);
}

/** The same, with an effect that says which artifacts were made from which, where both sides have some. It comes last: what the step itself said stands. */
export function withLineage({ argument }: Call, done: Done): Done {
  const [children, parents] = [digestsIn(done.output), digestsIn(argument.input)];
  if (children.length === 0 || parents.length === 0) return done;
  return { ...done, effects: [...done.effects, (tx) => insertInputEdges(tx, argument, children, parents)] };
}

/** The same, with an effect that says what the node's data sets start, after all others: they may record the data set. */
export function withTriggers({ dependencies, argument }: Call, done: Done): Done {
  const triggers = triggersAt(dependencies.triggers ?? [], argument.address);
  if (triggers.length === 0 || argument.handWritten) return done;
  const { run, address } = argument;
  return {
    ...done,
    effects: [...done.effects, (tx) => tellTriggers(tx, triggers, { run, address, output: done.output })],
  };
}

/** Records that a claimed execution has no output. */
export async function recordEnd(call: Call, fence: number, end: Exclude<Attempt, { kind: 'output' }>): Promise<void> {
  const { run, address } = call.argument;
  const failure = end.kind === 'cancelled' ? cancelled(call) : end.failure;
  await withRecords('record the failure', () =>
    failExecution(call.dependencies.db, {
      run,
      address,
      fence,
      outcome: end.kind,
      error: toRecord(failure, call.dependencies.environment.project),
      cost: end.cost,
      final: end.kind === 'failed' ? !failure.retryable || isLastAttempt(call) : !failure.retryable,
    }),
  );
}

/** The same for a light step, which claims at its end. Returns the output that an earlier execution committed, if one did. */
export async function recordLightEnd(
  call: Call,
  look: LookUp,
  end: Exclude<Attempt, { kind: 'output' }>,
): Promise<{ readonly output: Json } | null> {
  const claim = await withRecords('claim the node', () => call.nodes.claim(call.claimant, look.reason));
  if (claim.kind === 'committed') return { output: claim.output };
  await recordEnd(call, claim.fence, end);
  return null;
}

async function carryOut(tx: PoolClient, effects: readonly Effect[]): Promise<true> {
  try {
    for (const effect of effects) await effect(tx);
    return true;
  } catch (error) {
    throw new EffectError(error);
  }
}

/** A cancelled run's node is over; one whose worker stops or lost its task will be tried again. */
function cancelled({ temporal }: Call): Failure {
  const asked = temporal.cancellationDetails?.cancelRequested ?? false;
  const said = describe(temporal.cancellationSignal.reason);
  return { type: 'Cancelled', message: said.message, fault: 'user', retryable: !asked };
}
