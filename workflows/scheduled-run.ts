import {
  defineSearchAttributeKey,
  SearchAttributeType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  isCancellation,
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
 * id of what a schedule starts. It starts the run of the partition that the tick is about, under the id `pipeline:partition`
 * (first that of a tick before it which clocks went over), and lasts as long, so that the schedule's overlap policy sees it.
 *
 * @returns the runs; none: the partition is done, or somebody's run works on it
 * @throws what the first run that failed ended with, after the others
 */
export async function scheduledRun({
  pipeline,
}: {
  readonly pipeline: string;
}): Promise<{ readonly runs: readonly string[] }> {
  const { startTime, typedSearchAttributes } = workflowInfo();
  const tick = (typedSearchAttributes.get(TICK) ?? startTime).toISOString();
  const due = await activities['perennial.due-partitions']({ pipeline, tick });
  const runs: string[] = [];
  const failures: unknown[] = [];
  for (const { run, input } of due) {
    try {
      const child = await startChild(pipeline, {
        workflowId: run,
        args: [input],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        // One that completed is never run again.
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        typedSearchAttributes: [{ key: PIPELINE, value: pipeline }],
        staticSummary: `the tick of ${tick}`,
      });
      runs.push(run);
      await child.result();
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return { runs };
}
