import { hostname } from 'node:os';
import type { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { StepArgument } from '../../core/interpret/activity';
import type { NodeRecords } from '../../store/nodes/node-records';
import type { Claimant } from '../../store/nodes/node-row';
import type { Beat } from './beat';
import type { Meter } from './cost';
import type { RunStepDependencies } from './dependencies';
import type { KnownStep } from './known-step';
import type { Watched } from './observe';
import { NO_RESOURCES, type OpenedResources } from './resources';

/** One execution as the dispatcher sees it: what was asked, of which step, by which activity task, in which worker. */
export interface Call {
  readonly dependencies: RunStepDependencies;
  readonly nodes: NodeRecords;
  readonly step: KnownStep;
  readonly argument: StepArgument;
  readonly temporal: Context;
  /** Goes on from before the look-up in the cache until after the commit. */
  readonly beat: Beat;
  /** Hears what happens to it. */
  readonly watch: Watched;
  readonly claimant: Claimant;
  readonly meter: Meter;
  /** The device that the execution has for itself, as CUDA_VISIBLE_DEVICES names it; null: none. */
  readonly device: string | null;
  /** Ends the meter and gives the same call with a new one, and its device: what was spent so far is not the execution's. */
  metered(device: string | null): Call;
  /** With its run, node and step. */
  log(): Logger;
}

const WORKER = `${hostname()}:${process.pid}`;

/** Puts a call together. */
export function toCall(
  given: Pick<Call, 'dependencies' | 'nodes' | 'step' | 'argument' | 'temporal' | 'beat' | 'watch'>,
  meters: (gpu: boolean) => Meter,
  gpu: boolean,
): Call {
  const { argument, step, temporal } = given;
  const { run, address, node, input } = argument;
  const { name, pool } = step.contract;
  const withMeter = (meter: Meter, device: string | null): Call => ({
    ...given,
    claimant: { run, address, node, step: name, pool, input, worker: WORKER, device, attempt: temporal.info.attempt },
    log: () => given.dependencies.log.child({ run, node: address, step: name, ...(device === null ? {} : { device }) }),
    meter,
    device,
    metered(next) {
      meter();
      return withMeter(meters(next !== null || (gpu && pool === 'gpu')), next);
    },
  });
  return withMeter(meters(gpu && pool === 'gpu'), null);
}

/** What the environment gives to this call's worker. */
export function resourcesFor({ dependencies }: Pick<Call, 'dependencies'>): OpenedResources {
  return dependencies.resources ?? NO_RESOURCES;
}

/** True when Temporal will not try again after a failure of this execution. */
export function isLastAttempt({ temporal, step }: Call): boolean {
  const most = temporal.info.retryPolicy?.maximumAttempts ?? step.contract.retry.attempts;
  return most > 0 && temporal.info.attempt >= most;
}
