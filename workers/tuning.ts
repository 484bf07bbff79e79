import type { WorkerOptions } from '@temporalio/worker';
import { WORKFLOW_POOL } from '../core/plan/workflow-pool';

export { WORKFLOW_POOL };

/** Executions that a worker of a pool takes at once. @param told what it was started with */
export function slotsOf(pool: string, told?: number): number {
  return told ?? (pool === 'gpu' ? 1 : 200);
}

/**
 * The options that decide how fast a worker is and how it ends. Measured on a fan-out of 200: many slots, pollers that follow
 * the load and eager reservations halve it.
 *
 * @param slots executions at once; default 200, and 1 for the pool `gpu`, where no devices say otherwise
 */
export function workerTuning(pool: string, slots = slotsOf(pool)): Partial<WorkerOptions> {
  return {
    maxConcurrentActivityTaskExecutions: slots,
    maxConcurrentLocalActivityExecutions: 200,
    maxEagerActivityReservationsPerWorkflowTask: slots,
    activityTaskPollerBehavior: {
      type: 'autoscaling',
      minimum: 1,
      initial: Math.min(5, slots),
      maximum: Math.min(50, slots),
    },
    // A cancelled step hears of it with its next heartbeat that is sent; the default lets up to a minute pass.
    maxHeartbeatThrottleInterval: '5s',
    // The default of 0 cancels what runs the moment a worker is asked to end.
    shutdownGraceTime: '8s',
    shutdownForceTime: '15s',
    ...(pool === WORKFLOW_POOL ? forWorkflows() : {}),
  };
}

function forWorkflows(): Partial<WorkerOptions> {
  return {
    // After a worker was killed its workflows wait this long for it before another one takes them.
    stickyQueueScheduleToStartTimeout: '3s',
    workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 4, maximum: 50 },
    maxConcurrentWorkflowTaskExecutions: 100,
    maxCachedWorkflows: 500,
  };
}
