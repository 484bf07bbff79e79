import { type ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { stepAt, StepArgument } from '../core/interpret';
import type { Json } from '../core/plan/json';
import type { PlanStep, Priority } from '../core/plan/plan';
import { WORKFLOW_POOL } from '../core/plan/workflow-pool';
import { isAskedAgain, type Reuse } from '../core/rerun/plan-rerun';
import type { CachedOutputs } from './cached-outputs';

/** What is the same for every step of a run. */
export interface RunFacts {
  /** Temporal's Workflow ID of the run; for a shard, of the run it belongs to. */
  readonly run: string;
  /** The plan's hash. */
  readonly hash: string;
  readonly model: string | null;
  readonly cache: boolean;
  /** Set on a rerun: what it may take over. */
  readonly reuse?: Reuse;
}

type Steps = { readonly [name: string]: (argument: StepArgument) => Promise<Json> };

/** Heartbeat limit of an isolated step that has none of its own, ms: with its heartbeats it hears that it is cancelled. */
const ISOLATED_HEARTBEAT = 30_000;

/**
 * Hands one node to the workers of its step's pool, as its contract says, or this use of it. What the cache has does not
 * wait for another pool's worker.
 */
export async function runStep(
  facts: RunFacts,
  outputs: CachedOutputs,
  { node, step }: ReturnType<typeof stepAt>,
  at: { readonly address: string; readonly node: string; readonly input: Json },
): Promise<Json> {
  const cache = facts.cache && !isAskedAgain(facts.reuse?.again ?? null, at.node, at.address);
  const cached = cache && step.cache;
  if (cached && step.pool !== WORKFLOW_POOL) {
    const hit = await outputs.ask({ ...at, step: step.name, pool: step.pool });
    if (hit) return hit.output;
  }
  const tags = step.tags === undefined ? '' : ` · ${step.tags.join(', ')}`;
  const summary = `${at.address} · cache ${cached ? 'on' : 'off'}${tags}`.slice(0, 180);
  const steps = step.light ? localSteps(step, summary) : remoteSteps(step, summary);
  const act = steps[step.name];
  if (!act) throw new Error(`no activity ${step.name}`);
  const { run, hash, model } = facts;
  const { override } = node;
  return act({ run, ...at, step: step.name, plan: hash, cache, model, ...(override && { override }) });
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
