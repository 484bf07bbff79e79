import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import type { Plan } from '../core/plan/plan';
import { WORKFLOW_POOL } from '../core/plan/workflow-pool';
import { listBuilds } from '../store/workers/list-builds';
import { WORKFLOW_QUEUE } from './start-run';
import { temporalFailure } from './temporal-errors';

type Queue = Parameters<Client['workflowService']['describeTaskQueue']>[0];

/** Two kinds of task queue share a name; by default Temporal tells of that of workflows. */
const WORKFLOWS: Queue = {};
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is of a package that this room has not
const ACTIVITIES: Queue = { taskQueueType: 2 };

/** A worker's poll is answered within a minute, empty if need be: whoever has not polled for longer is gone. Temporal lists it for five. */
const SILENT_MS = 90_000;

/**
 * Refuses to run a plan unless workers of one build, and of no other, poll every queue that it needs: where runs are not pinned
 * to builds, a task goes to whoever polls.
 *
 * @throws PER_RUN_032 naming the build, PER_STACK_009 when Temporal does not answer
 */
export async function refuseOtherBuilds(
  temporal: Client,
  run: { readonly id: string; readonly build: string },
  plan: Plan,
): Promise<void> {
  const pools = new Set(Object.values(plan.steps).map(({ pool }) => pool));
  const queues = [
    { queue: WORKFLOW_QUEUE, kind: WORKFLOWS },
    ...[...pools].map((pool) => ({ queue: `perennial-${pool}`, kind: ACTIVITIES })),
  ];
  for (const { queue, kind } of queues) {
    const builds = await buildsPolling(temporal, queue, kind);
    const others = builds.filter((build) => build !== run.build);
    if (!builds.includes(run.build)) {
      const there = others.length === 0 ? 'nobody does' : `those of ${others.join(', ')} do`;
      throw perennialError(
        'PER_RUN_032',
        `${run.id} ran with build ${run.build}, and no worker of that build polls ${queue} (${there}).`,
      );
    }
    if (others.length > 0) {
      throw perennialError(
        'PER_RUN_032',
        `${run.id} ran with build ${run.build}, and workers of other builds (${others.join(', ')}) poll ${queue} as well: they would take a part of it.`,
      );
    }
  }
}

/**
 * Refuses to run a plan on the build that a run is pinned to unless workers of it are there for every pool that it needs.
 *
 * @throws PER_RUN_032 naming the build and the pools
 */
export async function refuseWithoutWorkers(
  db: Pool,
  { id, pinned_to: build }: { readonly id: string; readonly pinned_to: string | null },
  plan: Plan,
): Promise<void> {
  const there = (await listBuilds(db)).filter((one) => one.build === build).map(({ pool }) => pool);
  const needed = new Set([WORKFLOW_POOL, ...Object.values(plan.steps).map(({ pool }) => pool)]);
  const lacked = [...needed].filter((pool) => !there.includes(pool));
  if (lacked.length === 0) return;
  const pools = lacked.map((pool) => `'${pool}'`).join(', ');
  throw perennialError(
    'PER_RUN_032',
    `${id} ran with build ${String(build)}, and no worker of that build works on ${pools}.`,
  );
}

/** Builds of the workers that poll a task queue now. */
async function buildsPolling(temporal: Client, queue: string, kind: Queue): Promise<string[]> {
  try {
    const { pollers } = await temporal.workflowService.describeTaskQueue({
      namespace: temporal.options.namespace,
      taskQueue: { name: queue },
      ...kind,
    });
    const since = Date.now() - SILENT_MS;
    const live = pollers.filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 >= since);
    return [...new Set(live.map(({ deploymentOptions }) => deploymentOptions?.buildId ?? 'unknown'))];
  } catch (error) {
    throw temporalFailure(error);
  }
}
