import type { Client } from '@temporalio/client';
import { perennialError } from '../core/errors';
import { temporalFailure } from './temporal-errors';

/** How long a run has to take what it is asked, ms. */
export const PATIENCE = 10_000;

/** What Temporal answers in time when no worker does: deadline exceeded, failed precondition. */
const NOBODY: readonly number[] = [4, 9];

/** Whether a call to a run failed because nobody answered for it. */
export function isUnanswered(error: unknown): boolean {
  if (error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError') return true;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause && NOBODY.includes(Number(cause.code));
}

/**
 * Why nobody answered for a run: no worker does, or Temporal is away itself.
 *
 * @returns what is to be thrown: PER_RUN_042, or PER_STACK_009
 */
export async function nobodyAnswers(temporal: Client, runId: string, error: unknown): Promise<unknown> {
  const there = await temporal
    .withDeadline(Date.now() + PATIENCE, () => temporal.workflow.getHandle(runId).describe())
    .then(
      () => true,
      () => false,
    );
  if (!there) return temporalFailure(error);
  return perennialError('PER_RUN_042', `No worker answers for ${runId}.`, { cause: error });
}
