import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { perennialError } from '../../core/errors';
import { unsetCurrent } from '../deploy/deployment';
import { ALREADY_EXISTS, isGrpc, NOT_FOUND, REFUSALS } from '../grpc-codes';
import { temporalFailure } from '../temporal-errors';

/** What Temporal's namespaces of previews say of themselves, so that no other one is ever taken for one. */
export const MARK = 'perennial-preview';
/** How long Temporal keeps what has ended in a preview. */
const RETENTION = '3 days';
/** A server that is many hosts learns of a namespace one host at a time, ms. */
const PATIENCE = 60_000;
/** Temporal's number of a namespace that is there and not being deleted. */
const REGISTERED = 1;

/**
 * Registers the namespace of a preview and waits until it answers. One that an earlier preview of this name has left behind,
 * because the server deletes none, is used again, without the build that was current there: runs of a preview are not pinned.
 *
 * @param temporal speaks to that namespace
 * @returns whether it was made by this call
 * @throws PER_STACK_086 when there is one of that name that is no preview's, PER_STACK_009 when Temporal does not answer
 */
export async function registerPreviewNamespace(temporal: Client, preview: string): Promise<boolean> {
  const { namespace } = temporal.options;
  const isNew = await register(temporal, namespace, preview);
  await untilItAnswers(temporal, namespace);
  if (!isNew) await unsetCurrent(temporal);
  return isNew;
}

async function register(temporal: Client, namespace: string, preview: string): Promise<boolean> {
  try {
    await temporal.workflowService.registerNamespace({
      namespace,
      description: `Perennial's preview '${preview}'`,
      data: { [MARK]: preview },
      workflowExecutionRetentionPeriod: msToTs(RETENTION),
    });
    return true;
  } catch (error) {
    if (!isGrpc(error, ALREADY_EXISTS)) throw temporalFailure(error);
    await requireOurs(temporal, namespace, preview, error);
    return false;
  }
}

/** What became of a namespace: deleted; left to its retention, by a server that deletes none; or there was none. */
export type NamespaceEnd = 'deleted' | 'left' | 'none';

/**
 * Terminates what is open in the namespace of a preview and deletes it, with every history in it.
 *
 * @returns how many workflows were terminated, and what became of the namespace
 * @throws PER_STACK_089 when it is no preview's, PER_STACK_009 when Temporal does not answer
 */
export async function dropPreviewNamespace(
  temporal: Client,
  namespace: string,
  preview: string,
): Promise<{ readonly terminated: number; readonly namespace: NamespaceEnd }> {
  const mark = await markOf(temporal, namespace);
  if (mark === null) return { terminated: 0, namespace: 'none' };
  if (mark !== preview) {
    throw perennialError('PER_STACK_089', `Temporal's namespace ${namespace} is not that of the preview '${preview}'.`);
  }
  try {
    const terminated = await terminateAll(temporal, preview);
    const isDeleted = await remove(temporal, namespace);
    return { terminated, namespace: isDeleted ? 'deleted' : 'left' };
  } catch (error) {
    throw temporalFailure(error);
  }
}

async function terminateAll(temporal: Client, preview: string): Promise<number> {
  let terminated = 0;
  for await (const { workflowId, runId } of temporal.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    try {
      await temporal.workflow.getHandle(workflowId, runId).terminate(`the preview '${preview}' is dropped`);
      terminated++;
    } catch (error) {
      // It has ended since it was listed.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  return terminated;
}

/** False: this server deletes none, or does not let us. */
async function remove(temporal: Client, namespace: string): Promise<boolean> {
  try {
    await temporal.connection.operatorService.deleteNamespace({ namespace });
    return true;
  } catch (error) {
    if (isGrpc(error, NOT_FOUND)) return true;
    if (isGrpc(error, REFUSALS)) return false;
    throw error;
  }
}

async function requireOurs(temporal: Client, namespace: string, preview: string, cause: unknown): Promise<void> {
  if ((await markOf(temporal, namespace)) === preview) return;
  throw perennialError('PER_STACK_086', `Temporal has a namespace ${namespace} already, which is no preview's.`, {
    cause,
  });
}

/** The preview that a namespace says it is of, '' where it says none; null: it is not there. */
async function markOf(temporal: Client, namespace: string): Promise<string | null> {
  try {
    const { namespaceInfo } = await temporal.workflowService.describeNamespace({ namespace });
    return Number(namespaceInfo?.state) === REGISTERED ? (namespaceInfo?.data?.[MARK] ?? '') : null;
  } catch (error) {
    if (isGrpc(error, NOT_FOUND)) return null;
    throw temporalFailure(error);
  }
}

async function untilItAnswers(temporal: Client, namespace: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      await temporal.workflowService.countWorkflowExecutions({ namespace, query: '' });
      return;
    } catch (error) {
      if (Date.now() > end) throw temporalFailure(error);
      await sleep(100);
    }
  }
}
