import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { EngineObserver } from '../activities/observe';
import { temporalFailure } from '../client/temporal-errors';
import { isPerennialError } from '../core/errors';
import { terminate } from '../client/cancel-run';
import { keeperId, startKeeper } from '../client/signal-keeper';
import type { Paused, RunStatus } from '../core/interpret';
import type { EndStatus } from '../core/keep/event';
import { listOpenRetrains } from '../store/keeper/list-open-retrains';
import { listHardCancels } from '../store/interventions/list-hard-cancels';
import { tellKeeper } from '../store/outbox/tell-keeper';
import { endRun } from '../store/runs/end-run';
import { listOpenRuns, type OpenRun } from '../store/runs/list-open-runs';
import { notePinnedTo } from '../store/runs/note-pinned-to';
import { notePaused } from '../store/runs/note-paused';
import { noteTemporalRun } from '../store/runs/note-temporal-run';
import { reconcileBackfills } from './reconcile-backfills';
import { followPause } from './follow-pause';
import { type Astray, followPin, pinIn } from './follow-pin';
import { repeat } from './repeat';
import type { Service } from './services';

/** What the reconciler needs. */
export interface ReconcileDependencies {
  readonly db: Pool;
  readonly temporal: Client;
  readonly project: { readonly models: readonly { readonly name: string }[] };
  readonly log: Logger;
  /** Absent: nobody hears of runs that are closed here. */
  readonly observer?: Pick<EngineObserver, 'runEnded'>;
  /** Whether the project's keepers are this worker's to start. Absent: they are. */
  readonly isCurrent?: () => Promise<boolean>;
  /** ms between passes. */
  readonly interval?: number;
}

const INTERVAL = 30_000;
const PAGE = 200;

/** s that a run may take to end by itself once it is to be ended at once. */
const HARD_PATIENCE = 15;

/**
 * Compares the records with Temporal until it is stopped, since an operator may act in Temporal's UI behind the engine's
 * back. Any number of processes may do this at once: closing a run and starting a keeper happen once.
 */
export function startReconciler(dependencies: ReconcileDependencies): Service {
  const { log, interval = INTERVAL } = dependencies;
  const astray: Astray = new Map();
  return repeat(
    interval,
    (stopping) => reconcile(dependencies, stopping, astray),
    (error) => {
      log.warn({ err: error }, 'the records could not be compared with Temporal; it is tried again');
    },
  );
}

/** What a pass found and did: ids of runs, and names of models. */
export interface Reconciled {
  readonly closed: readonly string[];
  readonly reset: readonly string[];
  readonly keepersStarted: readonly string[];
}

/**
 * One pass over open runs, retrains that never began, back-fills, and the project's keepers.
 *
 * @param astray is kept from pass to pass
 */
export async function reconcile(
  dependencies: ReconcileDependencies,
  stopping: () => boolean = () => false,
  astray: Astray = new Map(),
): Promise<Reconciled> {
  const found = await reconcileRuns(dependencies, stopping, astray);
  await endHardCancels(dependencies, stopping);
  await reconcileRetrains(dependencies, stopping);
  await reconcileOpenBackfills(dependencies, stopping);
  const keepersStarted = await reconcileKeepers(dependencies, stopping);
  return { ...found, keepersStarted };
}

async function reconcileRuns(dependencies: ReconcileDependencies, stopping: () => boolean, astray: Astray) {
  const closed: string[] = [];
  const reset: string[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await listOpenRuns(dependencies.db, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const run of page) {
      if (stopping()) return { closed, reset };
      await apart(dependencies, { run: run.id }, async () => {
        const outcome = await reconcileRun(dependencies, run, astray);
        if (outcome === 'closed') closed.push(run.id);
        if (outcome === 'reset') reset.push(run.id);
      });
    }
    after = page.at(-1)?.id;
    if (page.length < PAGE) return { closed, reset };
  }
}

async function reconcileRun(
  { db, temporal, log, observer }: ReconcileDependencies,
  run: OpenRun,
  astray: Astray,
): Promise<'closed' | 'reset' | 'open'> {
  const description = await describe(temporal, run.id);
  const end = endOf(description);
  if (end) {
    const closed = await endRun(db, { run: run.id, ...end });
    if (closed) {
      log.warn({ run: run.id, ...end }, 'closed a run that had ended behind the records');
      observer?.runEnded({ run: run.id, pipeline: run.pipeline, status: end.status });
    }
    return closed ? 'closed' : 'open';
  }
  if (!description) return 'open';
  const pins = { recorded: run.pinned_to, kept: pinIn(description) };
  const mended = await followPin(astray, run.id, pins, (kept, recorded) => notePinnedTo(db, run.id, kept, recorded));
  if (mended) log.warn({ run: run.id, ...pins }, 'a run is pinned to another build than its record said');
  if (description.runId === run.temporal_run_id) return 'open';
  // A hand-written workflow is never paused, and answers no such question.
  if (run.first_temporal_run_id === null) {
    await followPause(
      () => pausedIn(temporal, run.id),
      (paused) => notePaused(db, run.id, paused),
    );
  }
  // A reset run goes on under its own name: its record stays open, and follows it. Last, so that what failed is tried again.
  await noteTemporalRun(db, run.id, description.runId);
  log.warn({ run: run.id }, 'a run was reset in Temporal and goes on');
  return 'reset';
}

/** Whoever wanted a run ended at once may be gone before it was: before its record says so, or between that and Temporal. */
async function endHardCancels(dependencies: ReconcileDependencies, stopping: () => boolean): Promise<void> {
  const { db, temporal } = dependencies;
  for (const { run, temporalRun, isAnother, ...who } of await listHardCancels(db, HARD_PATIENCE)) {
    if (stopping()) return;
    await apart(dependencies, { run }, async () => {
      const description = await describe(temporal, run);
      if (endOf(description) !== null || description?.runId !== temporalRun) return;
      if (isAnother && (await isReset(temporal, run, temporalRun))) return;
      await terminate(dependencies, run, who);
    });
  }
}

/** Whether an execution goes on from a reset: its history begins with that of another. */
async function isReset(temporal: Client, workflowId: string, runId: string): Promise<boolean> {
  const { namespace } = temporal.options;
  const execution = { workflowId, runId };
  const { history } = await temporal.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution,
    maximumPageSize: 1,
  });
  const begun = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  return begun?.originalExecutionRunId !== runId;
}

/**
 * Retrains whose run ended before it could record itself (a config that was refused at once, a termination): the keeper
 * hears of it here when it was not there to see it. One that Temporal does not know is the keeper's to start.
 */
async function reconcileRetrains(dependencies: ReconcileDependencies, stopping: () => boolean): Promise<void> {
  const { db, temporal } = dependencies;
  for (const { model, runId, recorded } of await listOpenRetrains(db)) {
    if (stopping()) return;
    if (recorded) continue;
    await apart(dependencies, { run: runId }, async () => {
      const end = endOf(await describe(temporal, runId));
      if (end && end.status !== 'vanished') await tellKeeper(db, model, { type: 'run-ended', runId, ...end });
    });
  }
}

async function reconcileOpenBackfills(dependencies: ReconcileDependencies, stopping: () => boolean): Promise<void> {
  const { started, closed } = await reconcileBackfills(
    dependencies,
    async (id) => endOf(await describe(dependencies.temporal, id)),
    async (backfill, work) => {
      if (!stopping()) await apart(dependencies, { backfill }, work);
    },
  );
  if (started.length > 0) dependencies.log.info({ started }, 'started back-fills that nobody had');
  if (closed.length > 0) dependencies.log.warn({ closed }, 'closed back-fills that were ended in Temporal');
}

async function reconcileKeepers(dependencies: ReconcileDependencies, stopping: () => boolean): Promise<string[]> {
  const { temporal, project, log, isCurrent } = dependencies;
  const started: string[] = [];
  // A keeper begins with the current build, which may know other models than this one.
  if (isCurrent !== undefined && !(await isCurrent())) return started;
  for (const { name } of project.models) {
    if (stopping()) break;
    await apart(dependencies, { model: name }, async () => {
      if (!endOf(await describe(temporal, keeperId(name)))) return;
      await startKeeper(temporal, name);
      log.info({ model: name }, 'started the keeper of a model');
      started.push(name);
    });
  }
  return started;
}

/** One thing that cannot be reconciled is logged and does not keep the others from it; an unreachable Temporal ends the pass. */
async function apart(
  { log }: ReconcileDependencies,
  about: { readonly run?: string; readonly model?: string; readonly backfill?: string },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const failure = temporalFailure(error);
    if (isPerennialError(failure)) throw failure;
    log.error({ err: failure, ...about }, 'could not be compared with Temporal');
  }
}

async function pausedIn(temporal: Client, run: string): Promise<Paused | null> {
  const status = await temporal.workflow.getHandle(run).query<RunStatus | null>('status');
  return status?.paused ?? null;
}

/** What Temporal knows of a Workflow ID; null when it knows nothing. */
async function describe(temporal: Client, workflowId: string): Promise<WorkflowExecutionDescription | null> {
  try {
    return await temporal.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** How something ended by Temporal's word; null while it goes on. */
function endOf(description: WorkflowExecutionDescription | null): { status: EndStatus; reason: string } | null {
  if (!description) return { status: 'vanished', reason: 'Temporal does not know it: deleted, or past its retention.' };
  switch (description.status.name) {
    case 'TERMINATED':
      return { status: 'terminated', reason: 'It was terminated in Temporal.' };
    case 'TIMED_OUT':
      return { status: 'timed-out', reason: 'It reached a time-out of its workflow in Temporal.' };
    case 'CANCELLED':
      return { status: 'cancelled', reason: 'It was cancelled in Temporal.' };
    case 'FAILED':
      return { status: 'failed', reason: 'Its workflow failed in Temporal.' };
    case 'COMPLETED':
      return { status: 'completed', reason: 'Its workflow had completed in Temporal.' };
    default:
      return null;
  }
}
