import { actingUser } from './acting-user';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import { workOf } from '../core/backfill/work-of';
import { perennialError } from '../core/errors';
import { partitionsIn, type Range } from '../core/partitions/partition';
import { planHash } from '../core/plan/hash';
import type { Json } from '../core/plan/json';
import type { Plan } from '../core/plan/plan';
import { addBackfill } from '../store/backfills/add-backfill';
import type { BackfillRow } from '../store/backfills/backfill-row';
import { closeBackfill } from '../store/backfills/close-backfill';
import { findBackfill } from '../store/backfills/list-backfills';
import { transaction } from '../store/db';
import { listPartitions } from '../store/partitions/list-partitions';
import { checkConfig, findPipeline, type RunnablePipeline } from './runnable';
import { searchAttributes } from './search-attributes';
import { newRunId, WORKFLOW_QUEUE } from './start-run';
import { temporalFailure } from './temporal-errors';

/** What is to be back-filled. Both ends of the range are included. */
export interface Backfill extends Range {
  readonly pipeline: string;
  /** The config of every run, defaults left out at will. */
  readonly config: Json;
  /** True: what another plan than the current one has done counts as done. */
  readonly missingOnly: boolean;
  /** Runs at the same time, at most: 1 to 200. */
  readonly maxParallel: number;
}

/** What a back-fill would do, by what the records hold now. */
export interface BackfillPreview {
  readonly partitions: readonly string[];
  /** Those that get a run. */
  readonly start: readonly string[];
  /** Those that a run works on, whose end is waited for. */
  readonly running: readonly string[];
  /** Those that are done and are kept as they are. */
  readonly kept: readonly string[];
}

type BackfillPipeline = RunnablePipeline & { readonly plan: Plan };
interface Line {
  readonly temporal: Client;
  readonly db: Pool;
}

/**
 * Says what a back-fill would do, and does nothing.
 *
 * @throws PER_RUN_012 unknown pipeline, PER_RUN_013 config refused, PER_RUN_120 to PER_RUN_123 about the range
 */
export async function previewBackfill(
  { db }: Pick<Line, 'db'>,
  pipelines: readonly BackfillPipeline[],
  request: Backfill,
): Promise<BackfillPreview> {
  const pipeline = findPipeline(pipelines, request.pipeline);
  const { name, partitions = null } = pipeline;
  if (partitions === null) throw perennialError('PER_RUN_120', `${name} has no partitions.`);
  checkConfig(pipeline, request.config);
  const keys = partitionsIn(name, partitions, request, Date.now()).map(({ key }) => key);
  const about = { pipeline: name, plan: planHash(pipeline.plan), missingOnly: request.missingOnly };
  const work = (await listPartitions(db, name, keys)).map((facts) => ({ key: facts.key, do: workOf(facts, about).do }));
  const those = (what: string): string[] => work.flatMap((one) => (one.do === what ? [one.key] : []));
  return { partitions: keys, start: those('start'), running: those('attach'), kept: those('keep') };
}

/**
 * Starts a back-fill: a durable workflow that runs the partitions of a range, oldest first, a few at a time. Each is decided
 * about when its turn comes, so that what is done by then is not done again. Where all of it is done already, nothing is started.
 *
 * @returns its id; null: there is nothing to do
 * @throws what `previewBackfill` throws, PER_RUN_126 another one has a partition of the range before it, PER_STACK_009
 * Temporal unreachable
 */
export async function startBackfill(
  connection: Line,
  pipelines: readonly BackfillPipeline[],
  request: Backfill & { readonly by?: string; readonly pace?: { readonly taken: number; readonly askEvery: number } },
): Promise<BackfillPreview & { readonly id: string | null }> {
  const preview = await previewBackfill(connection, pipelines, request);
  if (preview.start.length + preview.running.length === 0) return { ...preview, id: null };
  const { pipeline, config, missingOnly, maxParallel, by = actingUser(), pace } = request;
  const id = `backfill-${newRunId(pipeline, new Date())}`;
  const row = { id, pipeline, config, missingOnly, maxParallel, by, partitions: preview.partitions };
  const other = await transaction(connection.db, (tx) => addBackfill(tx, row));
  if (other) {
    throw perennialError('PER_RUN_126', `${other.id} has the partition ${other.partition} of ${pipeline} before it.`);
  }
  // Should this fail, or never come about, the reconciler of the workers starts it.
  await runBackfill(connection.temporal, { id, pipeline }, pace);
  return { ...preview, id };
}

/** Starts the workflow of a back-fill that the records hold; one that runs is left alone. */
export async function runBackfill(
  temporal: Client,
  { id, pipeline }: Pick<BackfillRow, 'id' | 'pipeline'>,
  pace: { readonly taken?: number; readonly askEvery?: number } = {},
): Promise<void> {
  try {
    await temporal.workflow.start('perennial.backfill', {
      workflowId: id,
      taskQueue: WORKFLOW_QUEUE,
      args: [{ backfill: id, ...pace }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      typedSearchAttributes: searchAttributes({ pipeline }),
    });
  } catch (error) {
    throw temporalFailure(error);
  }
}

/**
 * Asks a back-fill to stop: it begins nothing more and ends when the runs that it has in hand have ended. Those go on.
 *
 * @returns its record as it stands
 * @throws PER_RUN_127 there is none, PER_STACK_009 Temporal unreachable
 */
export async function cancelBackfill({ temporal, db }: Line, id: string): Promise<BackfillRow> {
  const found = await findBackfill(db, id);
  if (found === null) throw perennialError('PER_RUN_127', `The records hold no back-fill '${id}'.`);
  if (found.status !== 'running') return found;
  try {
    await temporal.workflow.getHandle(id).cancel();
    return found;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw temporalFailure(error);
    return (await closeBackfill(db, id, 'cancelled')) ?? found;
  }
}
