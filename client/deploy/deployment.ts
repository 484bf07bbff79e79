import type { Client } from '@temporalio/client';
import { temporalFailure } from '../temporal-errors';
import { goesOn } from './goes-on';
import { isGrpc, NOT_FOUND, NOT_YET } from '../grpc-codes';

/** Name of the engine's deployment: all pools of a build share it. */
export const DEPLOYMENT = 'perennial';

/** A build that workers have told Temporal of. */
export interface DeployedBuild {
  readonly build: string;
  /** `current`: new runs begin with it. `draining`: runs are still pinned to it. `drained`: none is. `unused`: none ever was. */
  readonly state: 'current' | 'draining' | 'drained' | 'unused';
  /** When it became current last, ISO 8601; null: it never did. */
  readonly currentSince: string | null;
}

/** Of all builds, and which of them is current; null: none is, and new runs wait. */
export interface Deployment {
  readonly current: string | null;
  readonly builds: readonly DeployedBuild[];
}

/**
 * What Temporal knows of the builds, the newest first. Before the first worker that pins runs has polled there are none.
 *
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function describeDeployment(temporal: Client): Promise<Deployment> {
  try {
    const { workerDeploymentInfo: info } = await temporal.workflowService.describeWorkerDeployment({
      namespace: temporal.options.namespace,
      deploymentName: DEPLOYMENT,
    });
    const current = info?.routingConfig?.currentDeploymentVersion?.buildId ?? null;
    const summaries = [...(info?.versionSummaries ?? [])].sort(
      (a, b) => secondsOf(b.createTime) - secondsOf(a.createTime),
    );
    return {
      current,
      builds: summaries.map(({ deploymentVersion, status, currentSinceTime, lastCurrentTime }) => {
        const build = deploymentVersion?.buildId ?? '';
        const since = currentSinceTime ?? lastCurrentTime;
        return {
          build,
          state: build === current ? 'current' : (STATES[Number(status)] ?? 'unused'),
          currentSince: since == null ? null : new Date(secondsOf(since) * 1_000).toISOString(),
        };
      }),
    };
  } catch (error) {
    if (isGrpc(error, NOT_FOUND)) return { current: null, builds: [] };
    throw temporalFailure(error);
  }
}

/** By the number of WorkerDeploymentVersionStatus, whose enum is of a package that this room has not. */
const STATES: { readonly [status: number]: DeployedBuild['state'] } = { 4: 'draining', 5: 'drained' };

interface Timestamp {
  readonly seconds?: unknown;
}

function secondsOf(time: Timestamp | null | undefined): number {
  return Number(time?.seconds ?? 0);
}

/** How long a server may take to have heard of a worker's build, ms: seen within 0.3 s on an idle one. */
const HEARD_WITHIN = 30_000;

/**
 * Makes a build the current one: new runs begin with it, and what goes on for ever moves to it. Runs stay where they are.
 * Tried again until the server has heard of the build's workers.
 *
 * @param patience ms
 * @throws PER_STACK_009 when Temporal does not answer, or refuses for longer than that
 */
export async function makeCurrent(temporal: Client, build: string, patience = HEARD_WITHIN): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    try {
      await temporal.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: temporal.options.namespace,
        deploymentName: DEPLOYMENT,
        buildId: build,
        identity: temporal.options.identity,
        // Which pools need workers is known better here: that one lacks them is said, with its name.
        ignoreMissingTaskQueues: true,
      });
      return;
    } catch (error) {
      if (!isGrpc(error, NOT_YET) || Date.now() > end) throw temporalFailure(error);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/**
 * Makes no build the current one, where one is: what runs is not pinned from then on.
 *
 * @returns the build that was
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function unsetCurrent(temporal: Client): Promise<string | null> {
  const { current } = await describeDeployment(temporal);
  if (current !== null) await makeCurrent(temporal, '');
  return current;
}

/**
 * Moves an open workflow to another build, whatever it was pinned to. A run is pinned to that one from now on; what goes on for
 * ever follows the current build until its next history.
 *
 * @returns false: it has ended meanwhile
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function moveTo(
  temporal: Client,
  { workflow, type }: { readonly workflow: string; readonly type: string },
  build: string,
): Promise<boolean> {
  // A pinned override would be handed on from history to history.
  const versioningOverride = goesOn(type)
    ? { autoUpgrade: true }
    : { pinned: { behavior: PINNED_OVERRIDE, version: { deploymentName: DEPLOYMENT, buildId: build } } };
  try {
    await temporal.workflowService.updateWorkflowExecutionOptions({
      namespace: temporal.options.namespace,
      workflowExecution: { workflowId: workflow },
      workflowExecutionOptions: { versioningOverride },
      updateMask: { paths: ['versioning_override'] },
      identity: temporal.options.identity,
    });
    return true;
  } catch (error) {
    if (isGrpc(error, NOT_FOUND)) return false;
    throw temporalFailure(error);
  }
}

/** PINNED_OVERRIDE_BEHAVIOR_PINNED. */
const PINNED_OVERRIDE = 1;
