import type { ScheduleOptions } from '@temporalio/client';
import type { Cron, Overlap } from '../../core/define/cron';
import { cronText, cronTimes } from '../../core/define/cron-fields';
import type { Partitions } from '../../core/partitions/spec';
import { searchAttributes } from '../search-attributes';
import { WORKFLOW_QUEUE } from '../start-run';
import { OVERLAPS, type ScheduleFacts, startsText } from './facts';

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

/** Whose schedule it is. */
export interface Owner {
  readonly kind: 'model' | 'pipeline';
  readonly name: string;
}

/** A schedule as the code says it. */
export interface WantedSchedule {
  readonly id: string;
  readonly owner: Owner;
  readonly facts: ScheduleFacts;
  readonly options: ScheduleOptions;
}

/** Under this key of a schedule's memo stands that Perennial made it, and for whom. */
export const OWNER_MEMO = 'perennial';

/** The id of a model's schedule. */
export function modelScheduleId(model: string): string {
  return `model-${model}`;
}

/** The id of a pipeline's own schedule. */
export function pipelineScheduleId(pipeline: string): string {
  return `pipeline-${pipeline}`;
}

/** Whose schedule an id would be; null: it is none of ours. */
export function ownerOf(id: string): Owner | null {
  const [, kind, name] = /^(model|pipeline)-(.+)$/.exec(id) ?? [];
  return (kind === 'model' || kind === 'pipeline') && name !== undefined ? { kind, name } : null;
}

/** The schedules that a project declares. */
export function wantedSchedules(project: Scheduled): WantedSchedule[] {
  return [
    ...project.models.flatMap(({ name, schedule }) => (schedule ? [ofModel(name, schedule)] : [])),
    ...project.pipelines.flatMap(({ name, schedule, partitions = null }) =>
      schedule ? [ofPipeline(name, schedule, partitions !== null)] : [],
    ),
  ];
}

function ofModel(model: string, schedule: CronSpec): WantedSchedule {
  const starts = {
    workflowType: 'perennial.report-cause',
    workflowId: `report-cause-${model}`,
    taskQueue: WORKFLOW_QUEUE,
    args: [{ model, kind: 'schedule' }],
    attributes: searchAttributes({ model, cause: 'schedule' }),
  };
  return wanted({ kind: 'model', name: model }, schedule, 'skip', starts);
}

function ofPipeline(pipeline: string, schedule: CronSpec, parted: boolean): WantedSchedule {
  const starts = {
    // Temporal puts the tick's time behind the workflow id, which a partition's run must not have: another starts it.
    workflowType: parted ? 'perennial.scheduled-run' : pipeline,
    workflowId: `${pipeline}-scheduled`,
    taskQueue: WORKFLOW_QUEUE,
    args: [parted ? { pipeline } : { config: {}, plan: 'current' }],
    attributes: searchAttributes({ pipeline }),
  };
  return wanted({ kind: 'pipeline', name: pipeline }, schedule, parted ? 'buffer-all' : 'skip', starts);
}

/** What of a schedule's options Perennial sets, of its action without what comes of the schedule. */
type Starts = Omit<Parameters<typeof startsText>[0], 'attributes'> & {
  readonly args: unknown[];
  readonly attributes: ReturnType<typeof searchAttributes>;
};

function wanted(owner: Owner, cron: CronSpec, usual: Overlap, starts: Starts): WantedSchedule {
  const { attributes, ...action } = starts;
  const { timezone, jitter, catchup } = cron;
  const id = owner.kind === 'model' ? modelScheduleId(owner.name) : pipelineScheduleId(owner.name);
  const overlap = cron.overlap ?? usual;
  return {
    id,
    owner,
    facts: {
      cron: cronText(cronTimes(cron.expression)),
      ...{ timezone, overlap, jitter, catchup },
      starts: startsText(starts),
      besides: '',
    },
    options: {
      scheduleId: id,
      spec: { cronExpressions: [cron.expression], timezone, ...(jitter > 0 && { jitter }) },
      ...policiesOf(cron, usual),
      action: { type: 'startWorkflow', ...action, typedSearchAttributes: attributes },
      memo: { [OWNER_MEMO]: owner.kind },
    },
  };
}

/**
 * What becomes of ticks that overlap or are missed. The catch-up window is always given: Temporal's own default is a year.
 *
 * @param usual what overlap does where the code does not say
 */
export function policiesOf(
  { overlap, catchup }: Pick<CronSpec, 'overlap' | 'catchup'>,
  usual: Overlap,
): Pick<ScheduleOptions, 'policies'> {
  return { policies: { overlap: OVERLAPS[overlap ?? usual], catchupWindow: catchup } };
}
