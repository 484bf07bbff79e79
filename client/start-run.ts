import { randomBytes } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from '@temporalio/client';
import { perennialError } from '../core/errors';
import type { RerunInput, RunInput } from '../core/interpret/activity';
import type { Json } from '../core/plan/json';
import { DEPLOYMENT } from './deploy/deployment';
import { checkConfig, checkPartition, findPipeline, type RunnablePipeline } from './runnable';
import { searchAttributes } from './search-attributes';
import { temporalFailure } from './temporal-errors';

/** The task queue that workflows run on. */
export const WORKFLOW_QUEUE = 'perennial-cpu';

/** What a run is started with. */
export interface StartRun {
  readonly pipeline: string;
  /** The config as its contract takes it, defaults left out at will. */
  readonly config: Json;
  /** `current` (the default), or the hash of a plan that the records hold. */
  readonly plan?: string;
  readonly model?: string;
  /** Key of the partition that it works on, where the pipeline has any. */
  readonly partition?: string;
  /** True: every node runs, whatever the cache holds. */
  readonly noCache?: boolean;
  /** The build that it stays with from its first task; by default the current one. */
  readonly pinnedTo?: string;
  /** Its own id; by default `<pipeline>-<time>-<random>`. */
  readonly runId?: string;
  /** Which run it repeats: see `rerun`, which looks first whether that can be. */
  readonly rerun?: RerunInput;
}

/**
 * Starts a run. The config is checked here first, so that a wrong one costs nothing.
 *
 * @param pipelines those of the loaded project
 * @throws PER_RUN_012 unknown pipeline, PER_RUN_013 config refused, PER_RUN_015 the id is taken, PER_RUN_120 and PER_RUN_121 for
 * the partition, PER_STACK_009 Temporal unreachable
 */
export async function startRun(
  connection: { readonly temporal: Client },
  pipelines: readonly RunnablePipeline[],
  request: StartRun,
): Promise<{ readonly runId: string }> {
  const pipeline = findPipeline(pipelines, request.pipeline);
  checkConfig(pipeline, request.config);
  checkPartition(pipeline, request.partition, Date.now());
  const runId = request.runId ?? newRunId(pipeline.name, new Date());
  const input: RunInput = {
    config: request.config,
    plan: request.plan ?? 'current',
    ...(request.model === undefined ? {} : { model: request.model }),
    ...(request.partition === undefined ? {} : { partition: request.partition }),
    ...(request.noCache === undefined ? {} : { noCache: request.noCache }),
    ...(request.rerun === undefined ? {} : { rerun: request.rerun }),
  };
  try {
    await connection.temporal.workflow.start(pipeline.name, {
      workflowId: runId,
      taskQueue: WORKFLOW_QUEUE,
      args: [input],
      // One id is one run for ever: a second start of it is a mistake, not a repetition. A partition's run that failed before
      // its record began has left its id free.
      workflowIdReusePolicy: request.partition === undefined ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      typedSearchAttributes: searchAttributes({ pipeline: pipeline.name, model: request.model }),
      ...pinOf(request.pinnedTo),
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      throw perennialError('PER_RUN_015', `There is a run '${runId}' already.`, { cause: error });
    }
    throw temporalFailure(error);
  }
  return { runId };
}

function pinOf(build: string | undefined): Pick<WorkflowStartOptions, 'versioningOverride'> {
  return build === undefined
    ? {}
    : { versioningOverride: { pinnedTo: { deploymentName: DEPLOYMENT, buildId: build } } };
}

/** `flight-delays-20010201T020000-3f9a1c`: sorts by time, and two starts in one second differ. */
export function newRunId(pipeline: string, at: Date): string {
  const stamp = at.toISOString().replace(/[-:]/g, '').slice(0, 15);
  return `${pipeline}-${stamp}-${randomBytes(3).toString('hex')}`;
}
