import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { KeeperActivities, ReportCauseInput } from '../activities/keep';

const activities = proxyLocalActivities<KeeperActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/** Temporal sets it on what a schedule starts: the tick, not the moment of the (perhaps late) start. */
const TICK = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/**
 * `perennial.report-cause`: what a model's schedule starts. It only writes the cause down; the keeper decides.
 * One workflow id reports one cause, however often it is tried.
 *
 * @returns the cause's id and its event time
 */
export async function reportCause(
  input: ReportCauseInput,
): Promise<{ readonly id: string; readonly eventTime: string }> {
  const { workflowId, startTime, typedSearchAttributes } = workflowInfo();
  const wall = (typedSearchAttributes.get(TICK) ?? startTime).toISOString();
  const { id, eventTime } = await activities['perennial.report-cause']({ ...input, source: workflowId, wall });
  return { id, eventTime };
}
