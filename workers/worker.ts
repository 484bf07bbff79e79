import { hostname } from 'node:os';
import { Worker } from '@temporalio/worker';
import type { ActivityInterceptorsFactory, NativeConnection, WorkerOptions } from '@temporalio/worker';
import { DEPLOYMENT } from '../client/deploy/deployment';
import { engineBundle } from './replay/bundle-workflows';
import { WORKFLOW_POOL, workerTuning } from './tuning';

export interface WorkerDependencies {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Build id, recorded with every task that the worker completes. */
  readonly build: string;
  /** Whether the runs that it begins stay with its build. */
  readonly pinned: boolean;
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
    workerDeploymentOptions: {
      version: { deploymentName: DEPLOYMENT, buildId: deps.build },
      ...(deps.pinned
        ? { useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' as const }
        : { useWorkerVersioning: false }),
    },
    ...(pool === WORKFLOW_POOL ? workflows() : {}),
    ...workerTuning(pool, deps.slots),
  });
}

function workflows(): Partial<WorkerOptions> {
  return { workflowBundle: { codePath: engineBundle() } };
}
