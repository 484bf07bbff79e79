import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { DeployedBuild, Deployment } from '../../client/deploy/deployment';
import { openWorkflows } from '../../client/deploy/open-workflows';
import { listBuilds } from '../../store/workers/list-builds';

/** A build, who works for it, and what waits for it to. */
export interface BuildUse extends DeployedBuild {
  /** Workers that are there now, by pool. */
  readonly workers: { readonly [pool: string]: number };
  /** Open workflows that are pinned to it. */
  readonly pinned: number;
}

/** The builds of a deployment with what the records and Temporal's list say of each. */
export async function listBuildUse(
  { temporal, db }: { readonly temporal: Client; readonly db: Pool },
  { builds }: Deployment,
): Promise<BuildUse[]> {
  const workers = await listBuilds(db);
  const pinned = new Map<string, number>();
  for await (const { pinnedTo } of openWorkflows(temporal, [])) {
    if (pinnedTo !== null) pinned.set(pinnedTo, (pinned.get(pinnedTo) ?? 0) + 1);
  }
  return builds.map((one) => ({
    ...one,
    workers: Object.fromEntries(
      workers.filter(({ build }) => build === one.build).map((w): [string, number] => [w.pool, w.workers]),
    ),
    pinned: pinned.get(one.build) ?? 0,
  }));
}
