import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils';
import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
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
        pinnedTo: attributes.get(BEHAVIOUR) === 'Pinned' ? buildOf(attributes.get(VERSION)) : null,
      };
    }
  } catch (error) {
    throw temporalFailure(error);
  }
}

// A listing carries no versioning info but these, which Temporal sets itself.
const BEHAVIOUR = defineSearchAttributeKey('TemporalWorkflowVersioningBehavior', SearchAttributeType.KEYWORD);
const VERSION = defineSearchAttributeKey('TemporalWorkerDeploymentVersion', SearchAttributeType.KEYWORD);

/** `perennial:<build>` is the version of a deployment. */
function buildOf(version = ''): string {
  return version.slice(version.indexOf(':') + 1);
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
    // Histories are fetched without the SDK's own word for it: 5 is gRPC's NOT_FOUND.
    if (error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && `${error.code}` === '5')) return null;
    throw temporalFailure(error);
  }
}
