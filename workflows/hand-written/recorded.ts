import { defineSearchAttributeKey, SearchAttributeType, TemporalFailure } from '@temporalio/common';
import {
  CancellationScope,
  ContinueAsNew,
  isCancellation,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { HandWritten, RecordedRun } from '../../core/define/hand-written';
import { type PerennialError, perennialError } from '../../core/errors/in-workflows';
import type { BeginWrittenArgument, BegunWritten } from '../../core/interpret/activity';
import { type Json, jsonOf } from '../../core/plan/json';
import { SEARCH_ATTRIBUTE_NAMES } from '../../core/plan/search-attributes';
import { eventOf } from '../failures';
import { refusing, thrownOf, toFailure } from './failure';
import { RunOfSteps } from './recorded-run';
import { records } from './records';

/** What counts for a whole recorded run. */
export interface RecordedOptions {
  /** false: every step runs, whatever the cache holds. Default true. */
  readonly cache?: boolean;
}

const PIPELINE = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.pipeline, SearchAttributeType.KEYWORD);

/** A global of the workflow's: Temporal's sandbox keeps those of each workflow apart, though modules may be shared. */
const RECORDED = Symbol.for('perennial.recorded');

/**
 * Records the workflow that calls it as a run: its beginning, the steps that `body` runs, and its end, however it ends.
 * Everything else in `body` is Temporal's own: signals, timers, children. What it leaves running is cancelled, and steps are
 * waited for; its value, as JSON, and its error are the workflow's.
 *
 * @param input what the workflow was started with, for the record
 * @throws ApplicationFailure of the type PER_RUN_015 (the Workflow ID is an earlier run's), PER_RUN_110, PER_RUN_113
 * or PER_RUN_116 (the bundle holds Temporal's SDK twice)
 * @example
 * export async function nightly(input: { table: string }): Promise<{ auc: number }> {
 *   return recorded(input, async (run: RecordedRun<typeof contracts>) => {
 *     const { model } = await run.step('train', { table: input.table });
 *     return run.step('score', { model });
 *   });
 * }
 */
export async function recorded<W extends HandWritten, T>(
  input: unknown,
  body: (run: RecordedRun<W>) => Promise<T>,
  options?: RecordedOptions,
): Promise<T>;
export async function recorded(
  input: unknown,
  body: (run: RunOfSteps) => Promise<unknown>,
  options: RecordedOptions = {},
): Promise<Json> {
  refusing(refuseTwoCopies);
  refusing(refuseContinued);
  const { workflowId: run, workflowType: workflow, runId: temporalRunId } = workflowInfo();
  const { firstExecutionRunId: firstTemporalRunId } = workflowInfo();
  const begun = await begin({ run, workflow, input: jsonOf(input ?? null), temporalRunId, firstTemporalRunId });
  // Only now: where a worker of the project has answered, the server knows the attribute.
  upsertSearchAttributes([{ key: PIPELINE, value: workflow }]);
  const steps = new RunOfSteps(run, begun, options.cache ?? true);
  const scope = new CancellationScope({ cancellable: true });
  const end = await endOf(scope, async () => valueOf(run, await body(steps)));
  scope.cancel();
  await CancellationScope.nonCancellable(async () => {
    await steps.close();
    const { status, reason, output } = end;
    await records['perennial.end-run']({ run, status, reason, output, temporalRunId });
  });
  if (end.error !== null) throw end.error;
  return end.output;
}

interface End {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly reason: string | null;
  readonly output: Json;
  readonly error: TemporalFailure | null;
}

/** Opens the record, also of a run that is cancelled before it has begun. */
async function begin(argument: BeginWrittenArgument): Promise<BegunWritten> {
  try {
    return await CancellationScope.nonCancellable(() => records['perennial.begin-written'](argument));
  } catch (error) {
    const event = eventOf(argument.run, error);
    throw event.type === 'failed' ? thrownOf(event.failure, error) : error;
  }
}

/** Does the work and says how it ended. What fails the workflow's task is thrown: it goes on once its code is mended. */
async function endOf(scope: CancellationScope, work: () => Promise<Json>): Promise<End> {
  try {
    return { status: 'completed', reason: null, output: await scope.run(work), error: null };
  } catch (thrown) {
    const error = thrown instanceof ContinueAsNew ? toFailure(continuedError()) : thrown;
    if (!(error instanceof TemporalFailure)) throw error;
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) {
      return { status: 'cancelled', reason: 'The run was cancelled on request.', output: null, error };
    }
    const event = eventOf('a node', error);
    const reason = event.type === 'failed' ? event.failure.message : error.message;
    return { status: 'failed', reason, output: null, error };
  }
}

/** What a body gives, as the records keep it. Nothing is null. */
function valueOf(run: string, value: unknown): Json {
  try {
    return jsonOf(value ?? null);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw toFailure(perennialError('PER_RUN_007', `The value of ${run} cannot be recorded: ${why}.`, { cause: error }));
  }
}

/**
 * The scope that Temporal made for the workflow is of the class that this module has imported, unless the bundle holds
 * the SDK twice: what one copy makes the other cannot read.
 *
 * @throws PER_RUN_116
 */
function refuseTwoCopies(): void {
  if (CancellationScope.current() instanceof CancellationScope) return;
  throw perennialError(
    'PER_RUN_116',
    `The bundle of ${workflowInfo().workflowType} holds two copies of @temporalio/workflow: the one of its worker and the one that perennial-ml/workflow has found, as where perennial-ml is linked and not installed.`,
  );
}

/** @throws PER_RUN_113: a second recording, or a continued workflow, would be given the outputs of the one before */
function refuseContinued(): void {
  const { workflowId: run, continuedFromExecutionRunId, attempt, cronSchedule } = workflowInfo();
  if (Reflect.has(globalThis, RECORDED)) throw perennialError('PER_RUN_113', `${run} is recorded already.`);
  Reflect.set(globalThis, RECORDED, true);
  if (cronSchedule) throw perennialError('PER_RUN_113', `${run} has a cron schedule.`);
  // A retry is continued as well, and goes on with what it has.
  if (continuedFromExecutionRunId !== undefined && attempt === 1) throw continuedError();
}

function continuedError(): PerennialError {
  return perennialError('PER_RUN_113', `${workflowInfo().workflowId} is continued as new.`);
}
