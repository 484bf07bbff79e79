import type { History } from '@temporalio/common/lib/proto-utils';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../search-attributes';
import { WORKFLOW_QUEUE } from '../start-run';
import { temporalFailure } from '../temporal-errors';

/** A workflow of Perennial's that has not ended. */
export interface OpenWorkflow {
  /** Its Workflow ID: a run's id, where it is one. */
  readonly workflow: string;
  /** Temporal's own, by which it tells those under one id apart. */
  readonly uuid: string;
  /** The workflow type: a pipeline's name, that of a hand-written workflow, or one of the engine's own. */
  readonly type: string;
  /** What it works for. Null: it says nothing of the kind. */
  readonly pipeline: string | null;
  readonly model: string | null;
  /** The build that it stays on to its end; null: it goes on with whoever takes its next task. */
  readonly pinnedTo: string | null;
}

/**
 * The workflows that run on the engine's queue, and those of hand-written types on any queue: what a new build may have to go
 * on with.
 *
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function* openWorkflows(temporal: Client, handWritten: readonly string[]): AsyncGenerator<OpenWorkflow> {
  const types = handWritten.map((name) => `'${name}'`).join(', ');
  const concerned = `TaskQueue = '${WORKFLOW_QUEUE}'${types === '' ? '' : ` OR WorkflowType IN (${types})`}`;
  try {
    for await (const one of temporal.workflow.list({ query: `ExecutionStatus = 'Running' AND (${concerned})` })) {
      const { typedSearchAttributes: attributes } = one;
      yield {
        workflow: one.workflowId,
        uuid: one.runId,
        type: one.type,
        pipeline: attributes.get(SEARCH_ATTRIBUTES.pipeline) ?? null,
        model: attributes.get(SEARCH_ATTRIBUTES.model) ?? null,
        pinnedTo: pinnedTo(one.raw),
      };
    }
  } catch (error) {
    throw temporalFailure(error);
  }
}

type Raw = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>['raw']['workflowExecutionInfo'];

/** VERSIONING_BEHAVIOR_PINNED: the enum is of a package that this room has not. */
const PINNED = 1;

/** Temporal tells of the version with each workflow. */
function pinnedTo(raw: Raw): string | null {
  const { versioningInfo: info } = raw ?? {};
  const moved = info?.versioningOverride?.pinned?.version?.buildId;
  if (moved !== undefined && moved !== null) return moved;
  return Number(info?.behavior) === PINNED ? (info?.deploymentVersion?.buildId ?? null) : null;
}

/**
 * What has happened to a workflow so far; null: Temporal has dropped it since it was listed.
 *
 * @param one.uuid the newest under that id, where it is left out
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function historyOf(
  temporal: Client,
  { workflow, uuid }: { readonly workflow: string; readonly uuid?: string },
): Promise<History | null> {
  try {
    return await temporal.workflow.getHandle(workflow, uuid).fetchHistory();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw temporalFailure(error);
  }
}
