import { type Client, type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { cronText } from '../../core/define/cron-fields';
import type { Overlap } from '../../core/define/cron';
import { OVERLAPS, type ScheduleFacts, startsText } from './facts';
import { type Owner, OWNER_MEMO, ownerOf } from './wanted';

/** A schedule as Temporal holds it. */
export interface FoundSchedule {
  readonly id: string;
  /** Whose it is; null: not one that Perennial made. */
  readonly owner: Owner | null;
  readonly facts: ScheduleFacts;
  /** null: it ticks. */
  readonly paused: { readonly note: string } | null;
}

/** A schedule with all that Temporal says about it. */
export interface DescribedSchedule extends FoundSchedule {
  readonly description: ScheduleDescription;
}

/**
 * The schedules that Temporal holds: those with an id that is asked for, and all that Perennial made.
 *
 * @param ids asked for one by one, since a list of Temporal's learns of a new one a little later
 */
export async function findSchedules(temporal: Client, ids: readonly string[]): Promise<DescribedSchedule[]> {
  const all = new Set(ids);
  for await (const { scheduleId } of temporal.schedule.list()) if (ownerOf(scheduleId)) all.add(scheduleId);
  const found: DescribedSchedule[] = [];
  for (const id of [...all].sort()) {
    const one = await findSchedule(temporal, id);
    if (one && (one.owner || ids.includes(id))) found.push(one);
  }
  return found;
}

/** The schedule with an id; null: there is none. */
export async function findSchedule(temporal: Client, id: string): Promise<DescribedSchedule | null> {
  try {
    const description = await temporal.schedule.getHandle(id).describe();
    const { paused, note } = description.state;
    return {
      id,
      owner: isOurs(description) ? ownerOf(id) : null,
      facts: factsOf(description),
      paused: paused ? { note: note ?? '' } : null,
      description,
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** One made before there was a memo is known by what it starts. */
function isOurs({ scheduleId, memo, action }: ScheduleDescription): boolean {
  if (memo?.[OWNER_MEMO] !== undefined) return true;
  const owner = ownerOf(scheduleId);
  const own = owner?.kind === 'model' ? `report-cause-${owner.name}` : `${owner?.name ?? ''}-scheduled`;
  return action.workflowId === own;
}

function factsOf({ spec, policies, action, state }: ScheduleDescription): ScheduleFacts {
  const { workflowType, workflowId, taskQueue, args, typedSearchAttributes } = action;
  const attributes = Array.isArray(typedSearchAttributes) ? typedSearchAttributes : typedSearchAttributes?.getAll();
  return {
    cron: (spec.calendars ?? []).map(calendarText).join(' and '),
    timezone: spec.timezone ?? 'UTC',
    overlap: overlapOf(policies.overlap),
    jitter: spec.jitter ?? 0,
    catchup: policies.catchupWindow,
    starts: startsText({ workflowType, workflowId, taskQueue, args: args ?? [], attributes: attributes ?? [] }),
    besides: [
      ...(spec.intervals ?? []).map(({ every, offset }) => `every ${every} ms from ${offset} ms`),
      ...(spec.skip ?? []).map((calendar) => `not ${calendarText(calendar)}`),
      ...(spec.startAt ? [`from ${spec.startAt.toISOString()}`] : []),
      ...(spec.endAt ? [`until ${spec.endAt.toISOString()}`] : []),
      ...(policies.pauseOnFailure ? ['pauses when a run fails'] : []),
      ...(state.remainingActions === undefined ? [] : [`${state.remainingActions} ticks left`]),
    ].join(', '),
  };
}

function overlapOf(policy: string | undefined): Overlap {
  const isOverlap = (name: string): name is Overlap => Object.hasOwn(OVERLAPS, name);
  const [known = 'skip'] = Object.entries(OVERLAPS)
    .filter(([, theirs]) => theirs === policy)
    .map(([ours]) => ours)
    .filter(isOverlap);
  // Unspecified is Temporal's skip.
  return known;
}

type Calendar = NonNullable<ScheduleDescription['spec']['calendars']>[number];

const MONTHS = [
  ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'],
  ...['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
];
const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

function calendarText({ second, minute, hour, dayOfMonth, month, year, dayOfWeek }: Calendar): string {
  const text = cronText({
    minutes: numbersOf(minute, Number),
    hours: numbersOf(hour, Number),
    days: numbersOf(dayOfMonth, Number),
    months: numbersOf(month, (name) => MONTHS.indexOf(name) + 1),
    weekdays: numbersOf(dayOfWeek, (name) => WEEKDAYS.indexOf(name)),
  });
  const seconds = numbersOf(second, Number).join(',');
  const years = numbersOf(year, Number).join(',');
  return `${text}${seconds === '0' ? '' : ` at the seconds ${seconds}`}${years === '' ? '' : ` in ${years}`}`;
}

function numbersOf<T>(
  ranges: readonly { readonly start: T; readonly end: T; readonly step: number }[],
  read: (value: T) => number,
): number[] {
  const numbers = ranges.flatMap(({ start, end, step }) => {
    const [from, by] = [read(start), Math.max(1, step)];
    const to = Math.max(from, read(end));
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by);
  });
  return [...new Set(numbers)].sort((a, b) => a - b);
}
