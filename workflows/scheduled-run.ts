import {
  defineSearchAttributeKey,
  SearchAttributeType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  proxyLocalActivities,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { BackfillActivities } from '../activities/backfill';
import { SEARCH_ATTRIBUTE_NAMES } from '../core/plan/search-attributes';

const activities = proxyLocalActivities<BackfillActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

const PIPELINE = defineSearchAttributeKey(SEARCH_ATTRIBUTE_NAMES.pipeline, SearchAttributeType.KEYWORD);
/** Temporal sets it on what a schedule starts: the tick, not the moment of the (perhaps late) start. */
const TICK = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/**
 * `perennial.scheduled-run`: what the schedule of a pipeline with partitions starts, since Temporal puts the time behind the
 * id of what a schedule starts. It starts the run of the partition that the tick is about, under the id `pipeline:partition`,
 * and lasts as long as that, so that the schedule's overlap policy sees it.
 *
 * @returns the run; null: the partition is done, or somebody's run works on it
 */
export async function scheduledRun({
  pipeline,
}: {
  readonly pipeline: string;
}): Promise<{ readonly run: string | null }> {
  const { startTime, typedSearchAttributes } = workflowInfo();
  const tick = (typedSearchAttributes.get(TICK) ?? startTime).toISOString();
  const due = await activities['perennial.due-partition']({ pipeline, tick });
  if (due === null || due.input === null) return { run: null };
  try {
    const child = await startChild(pipeline, {
      workflowId: due.run,
      args: [due.input],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      typedSearchAttributes: [{ key: PIPELINE, value: pipeline }],
      staticSummary: `the tick of ${tick}`,
    });
    await child.result();
    return { run: due.run };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { run: null };
    throw error;
  }
}
