import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Cron, Overlap } from '../core/define/cron';
import { WORKFLOW_QUEUE } from './start-run';
import type { Partitions } from '../core/partitions/spec';
import { searchAttributes } from './search-attributes';
import { temporalFailure } from './temporal-errors';

/** When something is scheduled, and what becomes of ticks that overlap or are missed. */
export type CronSpec = Omit<Cron, 'kind'>;

/** What may be scheduled: models, whose schedule only reports a cause, and pipelines that make no model. */
export interface Scheduled {
  readonly models: readonly { readonly name: string; readonly schedule: CronSpec | null }[];
  readonly pipelines: readonly {
    readonly name: string;
    readonly schedule: CronSpec | null;
    readonly partitions?: Partitions | null;
  }[];
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
    ...project.pipelines.flatMap(({ name, schedule, partitions = null }) =>
      schedule ? [pipelineSchedule(name, schedule, partitions !== null)] : [],
    ),
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

const OVERLAPS = {
  skip: ScheduleOverlapPolicy.SKIP,
  'buffer-one': ScheduleOverlapPolicy.BUFFER_ONE,
  'buffer-all': ScheduleOverlapPolicy.BUFFER_ALL,
  'cancel-other': ScheduleOverlapPolicy.CANCEL_OTHER,
  'terminate-other': ScheduleOverlapPolicy.TERMINATE_OTHER,
  'allow-all': ScheduleOverlapPolicy.ALLOW_ALL,
} as const;

/** The catch-up window is always given: Temporal's own default is a year of missed ticks. */
function timesOf(
  { expression, timezone, overlap, jitter, catchup }: CronSpec,
  usual: Overlap,
): Pick<ScheduleOptions, 'spec' | 'policies'> {
  return {
    spec: { cronExpressions: [expression], timezone, ...(jitter > 0 && { jitter }) },
    policies: { overlap: OVERLAPS[overlap ?? usual], catchupWindow: catchup },
  };
}

function modelSchedule(model: string, schedule: CronSpec): ScheduleOptions {
  return {
    scheduleId: modelScheduleId(model),
    ...timesOf(schedule, 'skip'),
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

function pipelineSchedule(pipeline: string, schedule: CronSpec, parted: boolean): ScheduleOptions {
  return {
    scheduleId: pipelineScheduleId(pipeline),
    ...timesOf(schedule, parted ? 'buffer-all' : 'skip'),
    action: {
      type: 'startWorkflow',
      // Temporal puts the tick's time behind the workflow id, which a partition's run must not have: another starts it.
      workflowType: parted ? 'perennial.scheduled-run' : pipeline,
      workflowId: `${pipeline}-scheduled`,
      taskQueue: WORKFLOW_QUEUE,
      args: [parted ? { pipeline } : { config: {}, plan: 'current' }],
      typedSearchAttributes: searchAttributes({ pipeline }),
    },
  };
}
