import { type ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { StepArgument } from '../core/interpret/activity';
import type { Json } from '../core/plan/json';
import type { PlanStep, Priority } from '../core/plan/plan';

type Steps = { readonly [name: string]: (argument: StepArgument) => Promise<Json> };

/** Heartbeat limit of an isolated step that has none of its own, ms: with its heartbeats it hears that it is cancelled. */
const ISOLATED_HEARTBEAT = 30_000;

/**
 * Hands one execution to the workers of its step's pool, as the contract says.
 *
 * @param local whether a light step runs in the workflow's own worker, which then must have its code
 */
export function dispatch(step: PlanStep, argument: StepArgument, local = step.light): Promise<Json> {
  const tags = step.tags === undefined ? '' : ` · ${step.tags.join(', ')}`;
  const cached = argument.cache && step.cache;
  const summary = `${argument.address} · cache ${cached ? 'on' : 'off'}${tags}`.slice(0, 180);
  const steps = local ? localSteps(step, summary) : remoteSteps(step, summary);
  const act = steps[step.name];
  if (!act) throw new Error(`no activity ${step.name}`);
  return act(argument);
}

function remoteSteps(step: PlanStep, summary: string): Steps {
  const heartbeat = step.heartbeat ?? (step.isolate ? ISOLATED_HEARTBEAT : null);
  // A step that heartbeats hears of its cancellation: waiting for it means that no second one overlaps the first.
  const cancellationType: ActivityCancellationType = heartbeat === null ? 'TRY_CANCEL' : 'WAIT_CANCELLATION_COMPLETED';
  return proxyActivities<Steps>({
    taskQueue: `perennial-${step.pool}`,
    startToCloseTimeout: step.timeout,
    ...(heartbeat === null ? {} : { heartbeatTimeout: heartbeat }),
    retry: retryOf(step),
    cancellationType,
    summary,
    ...priorityOf(step),
  });
}

function localSteps(step: PlanStep, summary: string): Steps {
  return proxyLocalActivities<Steps>({ startToCloseTimeout: step.timeout, retry: retryOf(step), summary });
}

function retryOf({ retry }: PlanStep) {
  return {
    maximumAttempts: retry.attempts,
    initialInterval: retry.firstDelay,
    backoffCoefficient: retry.factor,
    maximumInterval: retry.maxDelay,
    nonRetryableErrorTypes: [...retry.never],
  };
}

/** A priority as Temporal takes it. Without one a task has that of its workflow. */
export function priorityOf({ priority }: { readonly priority?: Priority }) {
  return priority === undefined ? {} : { priority: { priorityKey: priority } };
}
