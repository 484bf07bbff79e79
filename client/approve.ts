import {
  type Client,
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Pool } from 'pg';
import { z } from 'zod';
import { isPerennialError, perennialError } from '../core/errors';
import type { ApproveArgument } from '../core/interpret/activity';
import { type GivenAnswer, mayAnswerAs, NOT_A_PERSON } from '../core/plan/approval';
import type { Json } from '../core/plan/json';
import { findRun } from '../store/runs/find-run';
import { Given } from './given';
import { isUnanswered, nobodyAnswers, PATIENCE } from './nobody-answers';
import { sayingOf, temporalFailure } from './temporal-errors';
import { whyNoAnswer } from './why-no-answer';
import { workflowOf } from './workflow-of';

const JsonValue: z.ZodType<Json> = z.json();

const Answer = z.object({
  /** Address of the approval. */
  node: z.string().min(1),
  approved: z.boolean(),
  /** Who answers, from the API token or the operating system's user; not `time-out`, which stands for nobody's answer. */
  by: z.string().min(1).max(200).refine(mayAnswerAs, NOT_A_PERSON),
  note: z.string().max(2_000).nullable().default(null),
  /** What the approval asks for beside yes or no. */
  answer: JsonValue.optional(),
});

/** An answer to an approval. */
export type ApprovalAnswer = z.input<typeof Answer>;

/**
 * Answers an approval that a run waits for. Checked here first; the run checks it again, and goes on waiting after a
 * refusal. An approval inside a shard of a map is answered in that shard's workflow.
 *
 * @returns the answer as the run took it, with its time
 * @param connection `db` tells why an answer is refused; while it is unreachable the run alone says so
 * @throws PER_RUN_016 a malformed answer, PER_RUN_030 somebody who may not answer, PER_RUN_036 PER_KEEP_011 to PER_KEEP_014 why the node
 * asks for none (PER_KEEP_005 when the records do not tell), PER_KEEP_004 unknown run, PER_RUN_042 no worker answers for it, PER_STACK_009 Temporal unreachable
 */
export async function approve(
  connection: { readonly temporal: Client; readonly db?: Pool },
  runId: string,
  answer: ApprovalAnswer,
): Promise<GivenAnswer> {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw perennialError('PER_RUN_016', `The answer for ${runId} was refused (${issues.join('; ')}).`);
  }
  const { answer: more, ...rest } = parsed.data;
  const argument: ApproveArgument = { ...rest, ...(more !== undefined && { answer: more }) };
  const told = await refusedByRecords(connection, runId, argument.node);
  if (told !== null) throw told;
  try {
    return await connection.temporal.withDeadline(Date.now() + PATIENCE, async () => {
      const handle = await workflowOf(connection.temporal, runId, argument.node);
      return Given.parse(await handle.executeUpdate('approve', { args: [argument] }));
    });
  } catch (error) {
    if (isUnanswered(error)) throw await nobodyAnswers(connection.temporal, runId, error);
    const refusal = refusedAnswer(error, runId, argument.node);
    if (connection.db === undefined || !isUntold(refusal)) throw refusal;
    // What a run says of itself is no more than that it does not wait.
    throw (await toldByRecords(connection.db, runId, argument.node)) ?? refusal;
  }
}

function isUntold(error: unknown): boolean {
  return isPerennialError(error) && (error.code === 'PER_KEEP_004' || error.code === 'PER_KEEP_005');
}

/**
 * Why a run that has ended takes no answer. One that was reset goes on although its record still says that it has ended:
 * Temporal knows.
 */
async function refusedByRecords(
  { temporal, db }: { readonly temporal: Client; readonly db?: Pool },
  runId: string,
  node: string,
): Promise<Error | null> {
  // That the records cannot be asked is no reason not to answer: the run itself takes it or not.
  const run = db === undefined ? null : await findRun(db, runId).catch(() => null);
  if (db === undefined || run === null || run.status === 'running') return null;
  const isOpen = await temporal.workflow
    .getHandle(runId)
    .describe()
    .then(
      ({ status }) => status.name === 'RUNNING',
      (error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return false;
        throw temporalFailure(error);
      },
    );
  return isOpen ? null : toldByRecords(db, runId, node);
}

/** Why, as far as the records tell: that they cannot be asked must not stand in place of what the run said. */
async function toldByRecords(db: Pool, runId: string, node: string): Promise<Error | null> {
  return whyNoAnswer(db, runId, node).catch(() => null);
}

function refusedAnswer(error: unknown, runId: string, node: string): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const known = error.cause instanceof ApplicationFailure ? sayingOf(error.cause) : null;
    if (known?.code === 'PER_RUN_016' || known?.code === 'PER_RUN_030')
      return perennialError(known.code, known.detail, { cause: error });
    const said = error.cause instanceof Error ? error.cause.message : error.message;
    return perennialError('PER_KEEP_005', `${runId} did not take the answer for '${node}' (${said}).`, {
      cause: error,
    });
  }
  if (error instanceof WorkflowNotFoundError) {
    return perennialError('PER_KEEP_004', `No open run is called '${runId}'.`, { cause: error });
  }
  if (error instanceof QueryNotRegisteredError) {
    return perennialError('PER_RUN_111', `${runId} is of a hand-written workflow and knows no approvals.`, {
      cause: error,
    });
  }
  return temporalFailure(error);
}
