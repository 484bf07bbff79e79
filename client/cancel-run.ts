import { randomUUID } from 'node:crypto';
import { actingUser } from './acting-user';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import { isPerennialError, perennialError } from '../core/errors';
import { saying } from '../core/interpret/intervention';
import { addIntervention } from '../store/interventions/add-intervention';
import { endRun } from '../store/runs/end-run';
import { awaitRun } from './await-run';
import { intervene } from './intervene';
import { temporalFailure } from './temporal-errors';

/** How a run is to be cancelled. */
export interface CancelRun {
  /** Default: the user of the operating system. */
  readonly by: string;
  readonly reason: string | null;
  /** ms that what runs may take to stop; then it is no longer waited for. Default 30 s. */
  readonly grace: number;
  /** True: it is not waited for at all, and final bodies do not run. */
  readonly hard: boolean;
}

/** What has come of it. */
export interface Cancelling {
  /** `asked`: the run takes it and ends by itself; `queued`: no worker was there to take it, the next one will; `ended`. */
  readonly state: 'asked' | 'queued' | 'ended';
}

/** What runs may take to stop, ms, unless somebody says otherwise. */
const GRACE = 30_000;

/** How long a run that is ended hard may take to end by itself, ms: then it is terminated. */
const PATIENCE = 10_000;

/**
 * Cancels a run. What it runs sees its AbortSignal; what has not stopped when the grace is over is no longer waited for, and
 * cannot commit any more. A hard end that the run does not take is carried out in Temporal, and recorded as the same.
 *
 * @throws PER_KEEP_004 when no such run is open, PER_STACK_009 when Temporal does not answer
 */
export async function cancelRun(
  connection: { readonly temporal: Client; readonly db: Pool },
  runId: string,
  options: Partial<CancelRun> = {},
): Promise<Cancelling> {
  const how = { by: actingUser(), reason: null, grace: GRACE, hard: false, ...options };
  const taken = await asked(connection, runId, how);
  if (!how.hard) return { state: taken ? 'asked' : 'queued' };
  const ended = taken && (await awaitRun(connection, runId, { timeout: PATIENCE }).catch(notYet));
  if (!ended) await terminate(connection, runId, how);
  return { state: 'ended' };
}

/** Why a run does not take it itself: nobody works on it, it is about to end, or it was written by hand. */
const NOT_TAKEN: readonly string[] = ['PER_RUN_041', 'PER_RUN_042', 'PER_RUN_111'];

/** Asks the run itself. False: nobody works on it now, and Temporal holds the request for whoever will. */
async function asked(
  connection: { readonly temporal: Client; readonly db: Pool },
  runId: string,
  { by, reason, grace, hard }: CancelRun,
): Promise<boolean> {
  const ask = { action: 'cancel', by, reason, grace, hard } as const;
  try {
    await intervene(connection, runId, ask);
    return true;
  } catch (error) {
    if (!isPerennialError(error) || !NOT_TAKEN.includes(error.code)) throw error;
    await addIntervention(connection.db, { run: runId, id: randomUUID(), at: new Date().toISOString(), ask });
    if (!hard) await known(runId, () => connection.temporal.workflow.getHandle(runId).cancel());
    // A hand-written workflow hears of it from Temporal alone, and its own code says how long it takes.
    return error.code === 'PER_RUN_111' && !hard;
  }
}

/** Ends a run in its record and in Temporal, in this order: whoever looks next finds it ended as cancelled. */
export async function terminate(
  { temporal, db }: { readonly temporal: Client; readonly db: Pool },
  run: string,
  who: { readonly by: string; readonly reason: string | null },
): Promise<void> {
  const reason = `${saying('Cancelled', who)}. It did not end by itself and was terminated.`;
  await endRun(db, { run, status: 'cancelled', reason });
  await known(run, () => temporal.workflow.getHandle(run).terminate(reason));
}

async function known(runId: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw temporalFailure(error);
    throw perennialError('PER_KEEP_004', `No open run is called '${runId}'.`, { cause: error });
  }
}

function notYet(error: unknown): null {
  if (isPerennialError(error) && error.code === 'PER_KEEP_008') return null;
  throw error;
}
