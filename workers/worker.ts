import { hostname } from 'node:os';
import { Worker } from '@temporalio/worker';
import type { ActivityInterceptorsFactory, NativeConnection, WorkerOptions } from '@temporalio/worker';
import { engineBundle } from './replay/bundle-workflows';
import { WORKFLOW_POOL, workerTuning } from './tuning';

/** Name of the engine's deployment: all pools of a build share it. */
export const DEPLOYMENT = 'perennial';

export interface WorkerDependencies {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Build id, recorded with every task that the worker completes. */
  readonly build: string;
  /** By activity type: the pool's steps, and on the pool `cpu` the engine's own activities. */
  readonly activities: object;
  /** Executions at once. Default: 200; 1 for the pool `gpu`, whose device is not shared. */
  readonly slots?: number | undefined;
  /** Around each activity. Default: none. */
  readonly interceptors?: readonly ActivityInterceptorsFactory[];
}

/** The task queue of a pool. */
export function taskQueueOf(pool: string): string {
  return `perennial-${pool}`;
}

/**
 * Makes the worker of a pool. It polls once `run()` is called.
 *
 * @throws PER_STACK_012 when the workflows were not bundled
 */
export async function createWorker(pool: string, deps: WorkerDependencies): Promise<Worker> {
  return Worker.create({
    connection: deps.connection,
    namespace: deps.namespace,
    taskQueue: taskQueueOf(pool),
    identity: `${pool}@${hostname()}/${process.pid}`,
    activities: deps.activities,
    ...(deps.interceptors?.length ? { interceptors: { activity: [...deps.interceptors] } } : {}),
    // Recorded only: runs are pinned to builds with the issue on versions.
    workerDeploymentOptions: {
      version: { deploymentName: DEPLOYMENT, buildId: deps.build },
      useWorkerVersioning: false,
    },
    ...(pool === WORKFLOW_POOL ? workflows() : {}),
    ...workerTuning(pool, deps.slots),
  });
}

function workflows(): Partial<WorkerOptions> {
  return { workflowBundle: { codePath: engineBundle() } };
}
