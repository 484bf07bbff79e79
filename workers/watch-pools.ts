import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { noteWaitsFor } from '../store/runs/note-waits-for';
import { listUnservedRuns, type UnservedRun } from '../store/workers/list-unserved-runs';
import { WORKFLOW_POOL } from '../core/plan/workflow-pool';
import { repeat } from './repeat';
import type { Service } from './services';

/** What the watch needs. */
export interface WatchDependencies {
  readonly db: Pool;
  readonly temporal: Client;
  readonly log: Logger;
  /** ms between passes. */
  readonly interval?: number;
}

/** With the time after which a worker counts as gone this keeps the promise of 30 s. */
const INTERVAL = 5_000;
const PAGE = 200;

/** Says of open runs which pools without a worker they wait for, until it is stopped. Any number of processes may do so. */
export function startPoolWatch(dependencies: WatchDependencies): Service {
  const { log, interval = INTERVAL } = dependencies;
  return repeat(
    interval,
    (stopping) => watchPools(dependencies, stopping),
    (error) => {
      log.warn({ err: error }, 'it could not be told which runs wait for a worker; it is tried again');
    },
  );
}

/** One pass. Where every pool has a worker it costs one query. */
export async function watchPools(
  { db, temporal, log }: WatchDependencies,
  stopping: () => boolean = () => false,
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const page = await listUnservedRuns(db, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const run of page) {
      if (stopping()) return;
      const pools = await waitsFor(temporal, run);
      if (JSON.stringify(pools) === JSON.stringify(run.waits_for)) continue;
      await noteWaitsFor(db, run.id, pools);
      if (pools) log.warn({ run: run.id, pools }, 'a run waits for pools that have no worker');
    }
    after = page.at(-1)?.id;
    if (page.length < PAGE) return;
  }
}

/** The pools that something of a run waits for now; null: none. */
async function waitsFor(temporal: Client, { id, unserved, stranded }: UnservedRun): Promise<string[] | null> {
  // Nobody can go on with its workflow, whatever its steps wait for.
  if (stranded) return [WORKFLOW_POOL];
  const steps = Object.keys(unserved).length === 0 ? [] : await waitingSteps(temporal, id);
  const pools = new Set(steps.flatMap((step) => unserved[step] ?? []));
  return pools.size === 0 ? null : [...pools].sort();
}

type Info = NonNullable<Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>['raw']>;
type Pending = NonNullable<Info['pendingActivities']>[number];

/** Names of steps that no worker has taken, of a run and of its shards; a called run has a record of its own. */
async function waitingSteps(temporal: Client, workflowId: string): Promise<string[]> {
  const description = await temporal.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    });
  const { pendingActivities, pendingChildren } = description?.raw ?? {};
  const own = (pendingActivities ?? []).filter(isScheduled).flatMap(({ activityType }) => activityType?.name ?? []);
  const shards = (pendingChildren ?? []).filter(({ workflowTypeName }) => workflowTypeName === 'perennial.map-shard');
  const inShards: string[] = [];
  for (const { workflowId: shard } of shards) inShards.push(...(await waitingSteps(temporal, shard ?? '')));
  return [...own, ...inShards];
}

/** PENDING_ACTIVITY_STATE_SCHEDULED: the enum is of a package that this room has not. */
const SCHEDULED = 1;

function isScheduled({ state }: Pending): boolean {
  return Number(state) === SCHEDULED;
}
