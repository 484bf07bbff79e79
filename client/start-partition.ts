import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { partitionRunId } from '../core/partitions/partition';
import { stateOfPartition } from '../core/partitions/state';
import { planHash } from '../core/plan/hash';
import type { Plan } from '../core/plan/plan';
import { listPartitions } from '../store/partitions/list-partitions';
import { findPipeline, type RunnablePipeline } from './runnable';
import { startRun, type StartRun } from './start-run';

/**
 * Starts the run of a partition, under the id `pipeline:partition`; `pipeline:partition:2` where an earlier one did not
 * complete. A partition that is done by the current plan is not done again, and one under way is left to it.
 *
 * @throws PER_RUN_120 no such partition, PER_RUN_121 it is not over, PER_RUN_124 a run works on it, PER_RUN_125 it is done,
 * and what `startRun` throws
 */
export async function startPartition(
  connection: { readonly temporal: Client; readonly db: Pool },
  pipelines: readonly (RunnablePipeline & { readonly plan: Plan })[],
  request: StartRun & { readonly partition: string },
): Promise<{ readonly runId: string }> {
  const { name, plan } = findPipeline(pipelines, request.pipeline);
  const [facts] = await listPartitions(connection.db, name, [request.partition]);
  const state = facts ? stateOfPartition(facts, planHash(plan)) : 'missing';
  if (state === 'running') {
    throw perennialError('PER_RUN_124', `${facts?.last?.run} works on the partition ${request.partition} of ${name}.`);
  }
  if (state === 'done') {
    throw perennialError('PER_RUN_125', `${facts?.done?.run} has done the partition ${request.partition} of ${name}.`);
  }
  const runId = request.runId ?? partitionRunId(name, request.partition, (facts?.runs ?? 0) + 1);
  return startRun(connection, pipelines, { ...request, runId });
}
