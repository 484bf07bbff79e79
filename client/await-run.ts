import { setMaxListeners } from 'node:events';
import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { findRun } from '../store/runs/find-run';
import type { RunRow } from '../store/runs/run-row';
import { temporalFailure } from './temporal-errors';

/** A run that has ended, as the records tell it. */
export type EndedRun = Pick<RunRow, 'id' | 'pipeline' | 'reason' | 'output'> & {
  readonly status: Exclude<RunRow['status'], 'running'>;
};

/**
 * Waits until a run has ended, however it ends: a failed run is an answer here, not an error.
 *
 * @param options `timeout` in ms; without one it waits for as long as it takes
 * @throws PER_KEEP_004 unknown run, PER_KEEP_008 the time is up (the run goes on), PER_STACK_009 Temporal unreachable
 */
export async function awaitRun(
  connection: { readonly temporal: Client; readonly db: Pool },
  runId: string,
  options: { readonly timeout?: number } = {},
): Promise<EndedRun> {
  const { temporal, db } = connection;
  const { timeout } = options;
  if (timeout === undefined) return ended(db, runId, await outcome(temporal, runId));
  const waiting = new AbortController();
  // The SDK adds a listener with each of its long polls, and takes none off: Node takes the eleventh for a leak.
  setMaxListeners(Infinity, waiting.signal);
  const timer = setTimeout(() => {
    waiting.abort();
  }, timeout);
  try {
    const failed = await temporal.withAbortSignal(waiting.signal, () => outcome(temporal, runId));
    return await ended(db, runId, failed);
  } catch (error) {
    if (!waiting.signal.aborted) throw error;
    throw perennialError('PER_KEEP_008', `${runId} has not ended within ${timeout} ms.`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Temporal's word: null when the workflow completed, its failure otherwise. */
async function outcome(temporal: Client, runId: string): Promise<WorkflowFailedError | null> {
  try {
    await temporal.workflow.getHandle(runId).result();
    return null;
  } catch (error) {
    if (error instanceof WorkflowFailedError) return error;
    if (error instanceof WorkflowNotFoundError) {
      throw perennialError('PER_KEEP_004', `Temporal knows no run '${runId}'.`, { cause: error });
    }
    throw temporalFailure(error);
  }
}

/**
 * The records' word. They may lack it: a run that could not even resolve its plan has none, and one that was terminated
 * in Temporal is closed there by the reconciler a little later.
 */
async function ended(db: Pool, runId: string, failed: WorkflowFailedError | null): Promise<EndedRun> {
  const run = await findRun(db, runId);
  if (run && run.status !== 'running') {
    const { id, pipeline, reason, output, status } = run;
    return { id, pipeline, reason, output, status };
  }
  const reason = failed === null ? null : (failed.cause?.message ?? failed.message);
  return { id: runId, pipeline: run?.pipeline ?? '', reason, output: null, status: statusOf(failed) };
}

function statusOf(failed: WorkflowFailedError | null): EndedRun['status'] {
  if (failed === null) return 'completed';
  switch (failed.cause?.name) {
    case 'TerminatedFailure':
      return 'terminated';
    case 'TimeoutFailure':
      return 'timed-out';
    case 'CancelledFailure':
      return 'cancelled';
    default:
      return 'failed';
  }
}
