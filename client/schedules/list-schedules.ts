import type { Client } from '@temporalio/client';
import { lostAhead } from '../../core/define/lost-ticks';
import { temporalFailure } from '../temporal-errors';
import type { ScheduleFacts } from './facts';
import { type DescribedSchedule, findSchedules } from './found';
import { type LostActions, lostActions, trouble } from './trouble';
import type { Owner } from './wanted';

/** What a tick started. */
export interface TickAction {
  /** When it was due, and when it was started; ISO 8601. */
  readonly tick: string;
  readonly at: string;
  /** Workflow id of what was started: of a pipeline without partitions its run. */
  readonly workflow: string;
  /** Runs that this started: with partitions `train-churn:2026-01-05`. */
  readonly runs: readonly string[];
}

/** How a schedule stands. */
export interface ScheduleState extends Omit<ScheduleFacts, 'starts' | 'besides'>, LostActions {
  readonly schedule: string;
  readonly owner: Owner;
  readonly paused: { readonly note: string } | null;
  /** ISO 8601; up to ten. Of a paused one: when they would come. */
  readonly next: readonly string[];
  /** Newest first; up to ten. */
  readonly last: readonly TickAction[];
  readonly taken: number;
  readonly running: number;
  /** Ticks that wait for what an earlier one has started. */
  readonly waiting: number;
  /** Local times of ticks of the year to come that do not come, since clocks are put forward over them. */
  readonly lost: readonly string[];
  /** What an operator should know, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * How the schedules that Perennial made stand, by what Temporal says.
 *
 * @param name of a pipeline or model: its schedule alone
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function listSchedules(
  { temporal }: { readonly temporal: Client },
  name?: string,
): Promise<ScheduleState[]> {
  try {
    const found = await findSchedules(temporal, []);
    const states: ScheduleState[] = [];
    for (const one of found) {
      if (one.owner === null || (name !== undefined && one.owner.name !== name)) continue;
      states.push(stateOf(one, one.owner, await runsOf(temporal, one), Date.now()));
    }
    return states;
  } catch (error) {
    throw temporalFailure(error);
  }
}

function stateOf(
  found: DescribedSchedule,
  owner: Owner,
  runs: ReadonlyMap<string, readonly string[]>,
  now: number,
): ScheduleState {
  const { id: schedule, facts, paused, description } = found;
  const { cron, timezone, overlap, jitter, catchup } = facts;
  const { recentActions, nextActionTimes, runningActions, numActionsTaken: taken } = description.info;
  const last = recentActions.map(({ scheduledAt, takenAt, action: { workflow } }) => ({
    tick: scheduledAt.toISOString(),
    at: takenAt.toISOString(),
    workflow: workflow.workflowId,
    runs: runs.get(workflow.workflowId) ?? [],
  }));
  return {
    ...{ schedule, owner, cron, timezone, overlap, jitter, catchup, paused },
    next: nextActionTimes.map((time) => time.toISOString()),
    last: last.reverse(),
    ...{ taken, running: runningActions.length, waiting: Number(description.raw.info?.bufferSize ?? 0) },
    ...lostActions(found),
    // One edited into more than a cron is not looked ahead.
    lost: /^[^a-z]+$/.test(cron) ? lostAhead({ expression: cron, timezone }, now).map(({ local }) => local) : [],
    warnings: trouble(found),
  };
}

/** The runs that were started by what the schedule's last ticks started, by workflow id. */
async function runsOf(
  temporal: Client,
  { description: { action, info } }: DescribedSchedule,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const runs = new Map<string, string[]>();
  if (action.workflowType !== 'perennial.scheduled-run') return runs;
  for (const { action: last } of info.recentActions) runs.set(last.workflow.workflowId, []);
  if (runs.size === 0) return runs;
  const parents = [...runs.keys()].map((id) => `'${id}'`).join(', ');
  for await (const { workflowId, parentExecution } of temporal.workflow.list({
    query: `ParentWorkflowId IN (${parents})`,
  })) {
    runs.get(parentExecution?.workflowId ?? '')?.push(workflowId);
  }
  return runs;
}
