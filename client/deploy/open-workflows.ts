import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../search-attributes';
import { WORKFLOW_QUEUE } from '../start-run';
import { temporalFailure } from '../temporal-errors';
import { isGrpc, NOT_FOUND } from '../grpc-codes';
import { GO_ON, goesOn } from './goes-on';

/** A workflow of Perennial's that has not ended. */
export interface OpenWorkflow {
  /** Its Workflow ID: a run's id, where it is one. */
  readonly workflow: string;
  /** Temporal's own, by which it tells those under one id apart. */
  readonly uuid: string;
  /** The workflow type: a pipeline's name, that of a hand-written workflow, or one of the engine's own. */
  readonly type: string;
  /** Whether it has workers of its own: it was written by hand. */
  readonly byHand: boolean;
  /** What it works for. Null: it says nothing of the kind. */
  readonly pipeline: string | null;
  readonly model: string | null;
  /** The build that it stays on, a keeper or a back-fill to the end of this history; null: it goes on with whoever takes its next task. */
  readonly pinnedTo: string | null;
}

/**
 * The workflows that run on the engine's queue, and hand-written ones on any: those of the types named, and those that have a
 * record, whether the project still declares them or not. What a new build may have to go on with.
 *
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function* openWorkflows(temporal: Client, handWritten: readonly string[]): AsyncGenerator<OpenWorkflow> {
  const types = handWritten.map((name) => `'${name}'`).join(', ');
  const recorded = `${SEARCH_ATTRIBUTES.pipeline.name} IS NOT NULL`;
  const concerned = `TaskQueue = '${WORKFLOW_QUEUE}' OR ${recorded}${types === '' ? '' : ` OR WorkflowType IN (${types})`}`;
  yield* listOpen(temporal, concerned);
}

/**
 * Keepers and back-fills that are pinned to another build than this.
 *
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function outdatedAmong(temporal: Client, build: string): Promise<OpenWorkflow[]> {
  const types = GO_ON.map((type) => `'${type}'`).join(', ');
  const open = await listed(temporal, `WorkflowType IN (${types})`);
  return open.filter(({ pinnedTo }) => pinnedTo !== null && pinnedTo !== build);
}

/**
 * A run, if it is open, with what of its own is open: shards of its maps, and runs that it called.
 *
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function openTree(temporal: Client, run: string): Promise<OpenWorkflow[]> {
  const found = await listed(temporal, `WorkflowId = '${quoted(run)}'`);
  for (const { workflow, type } of found) {
    // What a keeper or a back-fill starts is nobody's part.
    if (goesOn(type)) continue;
    // Grows while it is gone through: the children of children come last.
    found.push(...(await listed(temporal, `ParentWorkflowId = '${quoted(workflow)}'`)));
  }
  return found;
}

async function listed(temporal: Client, which: string): Promise<OpenWorkflow[]> {
  const found: OpenWorkflow[] = [];
  for await (const one of listOpen(temporal, which)) found.push(one);
  return found;
}

/** For a text within quotes of a query. */
function quoted(text: string): string {
  return text.replaceAll(/['\\]/g, (sign) => `\\${sign}`);
}

async function* listOpen(temporal: Client, which: string): AsyncGenerator<OpenWorkflow> {
  try {
    for await (const one of temporal.workflow.list({ query: `ExecutionStatus = 'Running' AND (${which})` })) {
      const { typedSearchAttributes: attributes } = one;
      yield {
        workflow: one.workflowId,
        uuid: one.runId,
        type: one.type,
        byHand: one.taskQueue !== WORKFLOW_QUEUE,
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
    if (error instanceof WorkflowNotFoundError || isGrpc(error, NOT_FOUND)) return null;
    throw temporalFailure(error);
  }
}
