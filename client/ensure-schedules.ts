import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { WORKFLOW_QUEUE } from './start-run';
import { searchAttributes } from './search-attributes';
import { temporalFailure } from './temporal-errors';

/** A cron expression and the zone it is read in. */
export interface CronSpec {
  readonly expression: string;
  readonly timezone: string;
}

/** What may be scheduled: models, whose schedule only reports a cause, and pipelines that make no model. */
export interface Scheduled {
  readonly models: readonly { readonly name: string; readonly schedule: CronSpec | null }[];
  readonly pipelines: readonly { readonly name: string; readonly schedule: CronSpec | null }[];
}

/** The id of a model's schedule. */
export function modelScheduleId(model: string): string {
  return `model-${model}`;
}

/** The id of a pipeline's own schedule. */
export function pipelineScheduleId(pipeline: string): string {
  return `pipeline-${pipeline}`;
}

/**
 * Brings Temporal's Schedules in line with the project: creates what is missing, updates what differs. Whether a
 * schedule is paused stays as the operator left it. A schedule that the project no longer declares is not touched.
 *
 * @returns the ids that now stand
 * @throws PER_STACK_009 when Temporal does not answer
 */
export async function ensureSchedules(
  connection: { readonly temporal: Client },
  project: Scheduled,
): Promise<string[]> {
  const wanted = [
    ...project.models.flatMap(({ name, schedule }) => (schedule ? [modelSchedule(name, schedule)] : [])),
    ...project.pipelines.flatMap(({ name, schedule }) => (schedule ? [pipelineSchedule(name, schedule)] : [])),
  ];
  for (const options of wanted) {
    try {
      await ensureSchedule(connection.temporal, options);
    } catch (error) {
      throw temporalFailure(error);
    }
  }
  return wanted.map((options) => options.scheduleId);
}

async function ensureSchedule(temporal: Client, options: ScheduleOptions): Promise<void> {
  try {
    await temporal.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    await temporal.schedule.getHandle(options.scheduleId).update((now) => ({
      spec,
      action: { ...action, workflowId: action.workflowId ?? options.scheduleId },
      ...(policies === undefined ? {} : { policies }),
      state: now.state,
    }));
  }
}

/** Retraining is worth catching up on for an hour; Temporal's own default is a year of missed ticks. */
const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1h' } as const;

function modelSchedule(model: string, schedule: CronSpec): ScheduleOptions {
  return {
    scheduleId: modelScheduleId(model),
    spec: { cronExpressions: [schedule.expression], timezone: schedule.timezone },
    policies,
    action: {
      type: 'startWorkflow',
      workflowType: 'perennial.report-cause',
      workflowId: `report-cause-${model}`,
      taskQueue: WORKFLOW_QUEUE,
      args: [{ model, kind: 'schedule' }],
      typedSearchAttributes: searchAttributes({ model, cause: 'schedule' }),
    },
  };
}

function pipelineSchedule(pipeline: string, schedule: CronSpec): ScheduleOptions {
  return {
    scheduleId: pipelineScheduleId(pipeline),
    spec: { cronExpressions: [schedule.expression], timezone: schedule.timezone },
    policies,
    action: {
      type: 'startWorkflow',
      workflowType: pipeline,
      workflowId: `${pipeline}-scheduled`,
      taskQueue: WORKFLOW_QUEUE,
      args: [{ config: {}, plan: 'current' }],
      typedSearchAttributes: searchAttributes({ pipeline }),
    },
  };
}
