import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { z } from 'zod';
import { perennialError } from '../core/errors';
import type { ApproveArgument } from '../core/interpret/activity';
import type { Approval } from '../core/plan/approval';
import { temporalFailure } from './temporal-errors';

const Answer = z.object({
  /** Address of the approval. */
  node: z.string().min(1),
  approved: z.boolean(),
  /** Who answers, from the API token or the operating system's user. */
  by: z.string().min(1).max(200),
  note: z.string().max(2_000).nullable().default(null),
});

/** An answer to an approval. */
export type ApprovalAnswer = z.input<typeof Answer>;

const Given = z.object({ approved: z.boolean(), by: z.string(), note: z.string().nullable(), at: z.string() });

/**
 * Answers an approval that a run waits for. Checked here first; the run checks it again, and goes on waiting after a
 * refusal.
 *
 * @returns the answer as the run took it, with its time
 * @throws PER_RUN_016 a malformed answer, PER_KEEP_005 nothing waits for it, PER_KEEP_004 unknown run, PER_STACK_009 Temporal unreachable
 */
export async function approve(
  connection: { readonly temporal: Client },
  runId: string,
  answer: ApprovalAnswer,
): Promise<Approval> {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw perennialError('PER_RUN_016', `The answer for ${runId} was refused (${issues.join('; ')}).`);
  }
  const argument: ApproveArgument = parsed.data;
  try {
    const handle = connection.temporal.workflow.getHandle(runId);
    return Given.parse(await handle.executeUpdate('approve', { args: [argument] }));
  } catch (error) {
    throw refusedAnswer(error, runId, argument.node);
  }
}

function refusedAnswer(error: unknown, runId: string, node: string): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const said = error.cause instanceof Error ? error.cause.message : error.message;
    return perennialError('PER_KEEP_005', `${runId} did not take the answer for '${node}' (${said}).`, {
      cause: error,
    });
  }
  if (error instanceof WorkflowNotFoundError) {
    return perennialError('PER_KEEP_004', `No open run is called '${runId}'.`, { cause: error });
  }
  return temporalFailure(error);
}
