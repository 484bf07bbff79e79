import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { perennialError } from '../core/errors';
import { temporalFailure } from './temporal-errors';

/**
 * Asks a run to cancel. Its steps see their AbortSignal; the run ends as `cancelled` when they have stopped.
 *
 * @throws PER_KEEP_004 when no such run is open, PER_STACK_009 when Temporal does not answer
 */
export async function cancelRun(connection: { readonly temporal: Client }, runId: string): Promise<void> {
  try {
    await connection.temporal.workflow.getHandle(runId).cancel();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      throw perennialError('PER_KEEP_004', `No open run is called '${runId}'.`, { cause: error });
    }
    throw temporalFailure(error);
  }
}
