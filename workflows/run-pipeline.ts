import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  begin,
  type BeginRunArgument,
  type InterventionEvent,
  type RerunInput,
  type RunInput,
  statusOf,
} from '../core/interpret';
import type { Json } from '../core/plan/json';
import { SEARCH_ATTRIBUTE_NAMES } from '../core/plan/search-attributes';
import type { Reuse } from '../core/rerun/plan-rerun';
import { takeAnswers } from './approve';
import { onCancellation } from './cancellation';
import { type End, Shell } from './carry-out';
import { engine } from './engine-activities';
import { errorOf } from './failures';
import { takeInterventions } from './intervene';
import { takeOrders } from './order-signal';
import { statusQuery } from './status-query';

const PIPELINE = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.pipeline, SearchAttributeType.KEYWORD);
const MODEL = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.model, SearchAttributeType.KEYWORD);

/**
 * One run of a pipeline: the workflow whose type is the pipeline's name. A thin shell around the interpreter, between
 * the two ends of the run's record. It never continues as new: its size is bounded by the interpreter's limits.
 */
export async function runPipeline(input: RunInput): Promise<Json> {
  const { workflowId: run, workflowType: pipeline, runId: temporalRunId } = workflowInfo();
  let shell: Shell | null = null;
  takeAnswers(run, () => shell);
  takeInterventions(run, () => shell);
  takeOrders(
    () => shell,
    (order) => recordOrder(run, pipeline, order),
  );
  setHandler(statusQuery, () => (shell ? statusOf(shell.state) : null));
  const cancellation = onCancellation();
  return CancellationScope.nonCancellable(async () => {
    const model = input.model ?? null;
    nameRun(pipeline, model);
    const about = input.partition === undefined ? {} : { partition: input.partition };
    const { hash, plan, config } = await engine['perennial.resolve-plan']({
      pipeline,
      plan: input.plan,
      config: input.config,
      ...about,
      ...(input.parentRun === undefined ? {} : { called: true }),
    });
    const decisionId = input.decisionId ?? null;
    const parentRun = input.rerun?.parent ?? input.parentRun ?? null;
    const record = { run, pipeline, plan: hash, config, model, decisionId, parentRun, temporalRunId, ...about };
    const reuse = await beginRecord(record, input.rerun);
    const facts = { run, hash, model, cache: input.noCache !== true, ...(reuse && { reuse }) };
    const begun = new Shell(facts, plan, begin(plan, config, reuse?.nodes));
    shell = begun;
    cancellation.tell((reason) => {
      begun.receive({ type: 'cancel', reason });
    });
    return closeRun(run, await begun.end());
  });
}

/** Opens the run's record. For a rerun: with what it takes over, which is then told in short. */
async function beginRecord(record: BeginRunArgument, rerun: RerunInput | undefined): Promise<Reuse | null> {
  if (rerun) return engine['perennial.begin-rerun']({ ...record, rerun });
  await engine['perennial.begin-run'](record);
  return null;
}

async function closeRun(run: string, { status, output, reason, failure }: End): Promise<Json> {
  await engine['perennial.end-run']({ run, status, reason, output, temporalRunId: workflowInfo().runId });
  if (!allHandlersFinished()) await condition(allHandlersFinished);
  if (status === 'completed') return output;
  throw errorOf(status, reason ?? status, failure);
}

/** A called run is held up with its caller, and its own record says so. */
async function recordOrder(run: string, pipeline: string, order: InterventionEvent): Promise<void> {
  if (order.type !== 'paused' && order.type !== 'resumed') return;
  const at = order.type === 'paused' ? order.at : new Date().toISOString();
  const { by, reason } = order.type === 'paused' ? order : { by: 'the calling run', reason: null };
  const ask = { action: order.type === 'paused' ? 'pause' : 'resume', by, reason } as const;
  await CancellationScope.nonCancellable(() =>
    engine['perennial.intervene']({ run, id: `caller-${at}`, at, ask, pipeline, step: null }),
  );
}

/** Makes the run findable. The client has done so already; a schedule cannot. */
function nameRun(pipeline: string, model: string | null): void {
  const known = workflowInfo().typedSearchAttributes;
  const wanted = [
    ...(known.get(PIPELINE) === pipeline ? [] : [{ key: PIPELINE, value: pipeline }]),
    ...(model === null || known.get(MODEL) === model ? [] : [{ key: MODEL, value: model }]),
  ];
  if (wanted.length > 0) upsertSearchAttributes(wanted);
}
