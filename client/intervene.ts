import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Pool } from 'pg';
import { z } from 'zod';
import { perennialError } from '../core/errors';
import type { Intervened, Intervention } from '../core/interpret/intervention';
import { idIn, outlineOf } from '../core/rerun/outline';
import { noSuchNode } from '../core/rerun/no-such-node';
import { findPlan } from '../store/plans/find-plan';
import { findRun } from '../store/runs/find-run';
import { isUnanswered, nobodyAnswers, PATIENCE } from './nobody-answers';
import { refuseHandWritten } from './refuse-hand-written';
import { sayingOf, temporalFailure } from './temporal-errors';
import { workflowOf } from './workflow-of';

const Who = z.object({
  by: z.string().min(1).max(200),
  reason: z.string().max(2_000).nullable(),
});

const Answer = z.object({ at: z.string() });

/**
 * Acts on a run that has not ended: pauses, resumes or cancels it, or cancels, hurries or skips one of its nodes. The run
 * itself decides whether that can be, and records who did it and why.
 *
 * @throws PER_KEEP_004 unknown or ended run, PER_RUN_034 to PER_RUN_041 what the run says, PER_RUN_042 no worker answers
 * for it, PER_RUN_111 it was written by hand, PER_RUN_043 a name or reason of the wrong form, PER_STACK_009 Temporal unreachable
 * @example
 * await intervene(connection, 'train-churn-20260201T020000-3f9a1c', { action: 'pause', by: 'ana', reason: 'the lake moves' })
 */
export async function intervene(
  connection: { readonly temporal: Client; readonly db: Pool },
  runId: string,
  ask: Intervention,
): Promise<Intervened> {
  const who = Who.safeParse(ask);
  if (!who.success) throw perennialError('PER_RUN_043', `${z.prettifyError(who.error)}.`);
  const { temporal, db } = connection;
  await refuseRun(db, runId, ask);
  try {
    return await temporal.withDeadline(Date.now() + PATIENCE, async () => {
      const handle = 'node' in ask ? await workflowOf(temporal, runId, ask.node) : temporal.workflow.getHandle(runId);
      return Answer.parse(await handle.executeUpdate('intervene', { args: [ask] }));
    });
  } catch (error) {
    throw await refusal(connection, runId, error);
  }
}

/** @throws PER_KEEP_004 when the records say that a run has ended, PER_RUN_111 that it was written by hand, PER_RUN_036 no such node */
async function refuseRun(db: Pool, runId: string, ask: Intervention): Promise<void> {
  const run = await findRun(db, runId);
  if (run === null) return;
  if (run.status === 'running') {
    refuseHandWritten(run, ask.action);
    const plan = 'node' in ask ? ((await findPlan(db, run.plan_hash))?.plan ?? null) : null;
    // The run itself knows which have come to be, and the plan alone what was probably meant.
    if (plan !== null && 'node' in ask && !outlineOf(plan).has(idIn(ask.node)))
      throw noSuchNode(ask.node, outlineOf(plan));
    return;
  }
  throw perennialError('PER_KEEP_004', `'${runId}' is not open: it ended as ${run.status}.`);
}

function refusal({ temporal }: { temporal: Client }, runId: string, error: unknown): unknown {
  if (error instanceof WorkflowNotFoundError)
    return perennialError('PER_KEEP_004', `No open run is called '${runId}'.`, { cause: error });
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const said = sayingOf(error.cause);
    if (said) return perennialError(said.code, `${runId}: ${said.detail}`, { cause: error });
  }
  return isUnanswered(error) ? nobodyAnswers(temporal, runId, error) : temporalFailure(error);
}
