import { workflowInfo } from '@temporalio/workflow';
import type { stepAt } from '../core/interpret';
import type { Json } from '../core/plan/json';
import { WORKFLOW_POOL } from '../core/plan/workflow-pool';
import { isAskedAgain } from '../core/rerun/again';
import type { Reuse } from '../core/rerun/plan-rerun';
import type { CachedOutputs } from './cached-outputs';
import { dispatch } from './dispatch';

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

/** The build that hands out: where runs are pinned, no worker of another executes it. */
function buildNow(): { readonly build?: string } {
  const version = workflowInfo().currentDeploymentVersion;
  return version === undefined ? {} : { build: version.buildId };
}

/**
 * Hands one node to the workers of its step's pool, as its contract says, or this use of it. What the cache has does not
 * wait for another pool's worker.
 */
export function runStep(
  facts: RunFacts,
  outputs: CachedOutputs,
  { node, step }: ReturnType<typeof stepAt>,
  at: { readonly address: string; readonly node: string; readonly input: Json },
): Promise<Json> {
  const cache = facts.cache && !isAskedAgain(facts.reuse?.again ?? null, at.node, at.address);
  const { run, hash, model } = facts;
  const { override } = node;
  const handOut = (): Promise<Json> =>
    dispatch(step, {
      run,
      ...{ ...at, step: step.name, plan: hash, cache, model },
      ...buildNow(),
      ...(override && { override }),
    });
  if (!cache || !step.cache || step.pool === WORKFLOW_POOL) return handOut();
  const asked = outputs.ask({ ...at, step: step.name, pool: step.pool });
  return asked.then((hit) => (hit ? hit.output : outputs.handOut(handOut)));
}
