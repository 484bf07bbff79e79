import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Json } from '../../core';
import { withOverride } from '../../core/plan/override';
import { parseArgument } from './argument';
import { attempt, type Attempt } from './attempt';
import { heartbeatLimit, startBeat } from './beat';
import { type Call, resourcesFor, toCall } from './call';
import { createMeters, gpuIsVisible } from './cost';
import type { RunStepDependencies } from './dependencies';
import { needsProcess, takeDevice } from './devices';
import { describe, forTemporal, toApplicationFailure } from './failure';
import { isInProcess, knownStep } from './known-step';
import { refuseOtherBuild } from './other-build';
import { maskError, NO_RESOURCES } from './resources';
import { openNodeRecords } from '../../store/nodes/node-records';
import { committedBefore } from './committed';
import { seenOf, watchedBy } from './observe';
import { commit, recordAtOnce, recordEnd, recordLightEnd, withLineage, withTriggers } from './record';
import { withRecords } from './records';
import { takeTurn } from './take-turn';
import { CACHE_OFF, type LookUp, stillTrue, useCache } from './use-cache';

/** A step's activity as a worker registers it under the step's name. */
export type StepActivity = (argument: unknown) => Promise<Json>;

/**
 * The one dispatcher: gives, for a step's name, the activity to register under that name.
 *
 * An execution goes: cache look-up, claim, parse input, run, parse output, record. A node whose output is committed is
 * never run again, and an execution that was overtaken by a newer claim cannot commit.
 *
 * @throws PER_RUN_010 when this worker has no code for the step
 * @example
 * const runStep = createRunStep(dependencies);
 * const activities = Object.fromEntries(names.map((name) => [name, runStep(name)]));
 */
export function createRunStep(dependencies: RunStepDependencies): (stepName: string) => StepActivity {
  const nodes = dependencies.nodes ?? openNodeRecords(dependencies.db);
  const meters = createMeters();
  const gpu = gpuIsVisible();
  const { mask } = dependencies.resources ?? NO_RESOURCES;
  return (stepName) => {
    const known = knownStep(dependencies, stepName);
    return async (raw) => {
      const temporal = Context.current();
      const beat = startBeat(heartbeatLimit(temporal.info), (details) => {
        temporal.heartbeat(mask.json(details));
      });
      let { never } = known.contract.retry;
      try {
        const argument = parseArgument(raw);
        const step = { ...known, contract: withOverride(known.contract, argument.override) };
        ({ never } = step.contract.retry);
        const watch = watchedBy(dependencies.observer, () => seenOf({ argument, step, temporal }));
        const call = toCall({ dependencies, nodes, step, argument, temporal, beat, watch }, meters, gpu);
        try {
          await refuseOtherBuild(dependencies, argument);
          const output = await execute(call);
          watch.ended(null, false);
          return output;
        } catch (error) {
          watch.ended(typeOf(maskError(mask, forTemporal(error, never))), temporal.cancellationSignal.aborted);
          throw error;
        } finally {
          call.meter();
        }
      } catch (error) {
        throw maskError(mask, forTemporal(error, never));
      } finally {
        beat.stop();
      }
    };
  };
}

async function execute(call: Call): Promise<Json> {
  const { argument, step, dependencies } = call;
  const cached = argument.cache && step.contract.cache;
  const look = cached
    ? await withRecords('look into the cache', () =>
        useCache(dependencies, step, argument, resourcesFor(call).identityOf(step.contract)),
      )
    : CACHE_OFF;
  call.watch.cache(look.hit !== null ? 'hit' : cached ? 'miss' : 'off');
  if (look.hit !== null) {
    call.watch.as('cached');
    return recordAtOnce(call, look, withTriggers(call, { output: look.hit.output, cost: call.meter(), effects: [] }));
  }
  if (!isInProcess(step) || dependencies.devices !== undefined) return runInTurn(call, look);
  return step.contract.light ? runLight(call, look) : runClaimed(call, look);
}

/** Claims only when its turn has come: until then the execution has not begun, and costs nothing. */
async function runInTurn(call: Call, look: LookUp): Promise<Json> {
  const held = await takeDevice(call);
  try {
    const giveBack = isInProcess(call.step) && !needsProcess(call) ? null : await takeTurn(call);
    const metered = call.metered(held.device);
    try {
      return await runClaimed(metered, look);
    } finally {
      metered.meter();
      giveBack?.();
    }
  } finally {
    held.giveBack();
  }
}

async function runClaimed(call: Call, look: LookUp): Promise<Json> {
  call.watch.begun();
  const claim = await withRecords('claim the node', () => call.nodes.claim(call.claimant, look.reason));
  if (claim.kind === 'committed') return committedBefore(call, claim.output);
  const { fence } = claim;
  const end = await attempt(call, fence);
  if (end.kind !== 'output') {
    await recordEnd(call, fence, end);
    return raise(call, end);
  }
  try {
    return await commit(call, fence, stillTrue(look, call.step), withTriggers(call, withLineage(call, end)));
  } catch (error) {
    // The commit itself failed: an effect of the step, or the records. Say so there if they can be reached.
    const failed = {
      kind: 'failed',
      failure: describe(error, call.step.contract.retry.never, resourcesFor(call).mask),
      cost: end.cost,
    } as const;
    await recordEnd(call, fence, failed).catch(() => undefined);
    throw error;
  }
}

async function runLight(call: Call, look: LookUp): Promise<Json> {
  call.watch.begun();
  const end = await attempt(call, 0);
  if (end.kind === 'output') return recordAtOnce(call, look, withTriggers(call, withLineage(call, end)));
  const committed = await recordLightEnd(call, look, end);
  return committed === null ? raise(call, end) : committedBefore(call, committed.output);
}

/** Ends the activity as its attempt ended. */
function raise(call: Call, end: Exclude<Attempt, { kind: 'output' }>): Promise<never> {
  if (end.kind === 'cancelled') return call.temporal.cancelled;
  const { failure, cause } = end;
  call.log().warn({ failure }, 'the execution failed');
  // A failure made for Temporal by the step's own code keeps its details and its delay.
  if (cause instanceof ApplicationFailure) throw cause;
  throw toApplicationFailure(failure, cause);
}

/** What a failure is called by: a code, or the name of a class. */
function typeOf(failure: unknown): string {
  if (failure instanceof ApplicationFailure) return failure.type ?? 'Error';
  return failure instanceof Error ? failure.name : 'Error';
}
