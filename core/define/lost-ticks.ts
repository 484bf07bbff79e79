import { type Calendar, dayKey } from '../partitions/calendar';
import { knownCalendar } from '../partitions/partition';
import type { Cron } from './cron';
import { type CronTimes, cronTimes } from './cron-fields';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** As many days as lie between two 29ths of February at most. */
const FURTHEST_BACK = 8 * 366;

/** When a cron ticks. */
type Times = Pick<Cron, 'expression' | 'timezone'>;

/** A tick that does not come: on that day its zone's clocks go over its time. */
export interface LostTick {
  /** ms since 1970 at which it would have come, had the clocks not been put forward yet. */
  readonly instant: number;
  /** What clocks would have shown: `2026-03-29 02:30`. */
  readonly local: string;
}

/**
 * The ticks between one and the one before it that did not come, since clocks were put forward over them: Temporal leaves
 * such a tick out. (Of a time that clocks show twice, Temporal makes one tick or two; docs/SCHEDULES.md.)
 *
 * @param tick ms since 1970
 * @returns oldest first; almost always none: of 02:30 in Berlin, before the tick of 30 March 2026, that of the day before
 */
export function lostBefore({ expression, timezone }: Times, tick: number): LostTick[] {
  const calendar = knownCalendar(timezone);
  const times = cronTimes(expression);
  const today = calendar.dayAt(tick);
  const now = calendar.localAt(tick);
  const lost: LostTick[] = [];
  for (let day = today; day > today - FURTHEST_BACK; day -= 1) {
    const all = timesOf(times, day).filter((local) => local < now);
    if (all.length === 0) continue;
    const gone = isShort(calendar, day) ? all.filter((local) => !exists(calendar, local)) : [];
    const last = all.findLast((local) => !gone.includes(local)) ?? -Infinity;
    lost.unshift(...gone.filter((local) => local > last).map((local) => lostAt(calendar, local)));
    if (last > -Infinity) return lost;
  }
  return lost;
}

/** A change of the clocks that comes on a certain Sunday lies 364 or 371 days after that of the year before. */
const NEXT_CHANGE = 372;

/**
 * The ticks of the year to come that do not come, since clocks are put forward over them. Looked for until after the next change,
 * so that one that comes a week later than this year's is told of at any time: right after this year's, two may be.
 *
 * @param now ms since 1970
 */
export function lostAhead(times: Times, now: number): LostTick[] {
  return lostTicks(times, now, now + NEXT_CHANGE * DAY);
}

/**
 * The ticks of a time that do not come, since clocks are put forward over them.
 *
 * @param from ms since 1970
 * @param to ms since 1970, not included
 */
export function lostTicks({ expression, timezone }: Times, from: number, to: number): LostTick[] {
  if (timezone === 'UTC') return [];
  const calendar = knownCalendar(timezone);
  const times = cronTimes(expression);
  const first = calendar.dayAt(from);
  const days = Array.from({ length: calendar.dayAt(to) - first + 1 }, (_, i) => first + i);
  return days
    .filter((day) => isShort(calendar, day))
    .flatMap((day) => timesOf(times, day).filter((local) => !exists(calendar, local)))
    .map((local) => lostAt(calendar, local))
    .filter(({ instant }) => instant >= from && instant < to);
}

/** What clocks show at each tick of a day, in ms; in order. */
function timesOf({ minutes, hours, days, months, weekdays }: CronTimes, day: number): number[] {
  const date = new Date(day * DAY);
  const named =
    days.includes(date.getUTCDate()) && months.includes(date.getUTCMonth() + 1) && weekdays.includes(date.getUTCDay());
  if (!named) return [];
  return hours.flatMap((hour) => minutes.map((minute) => day * DAY + (hour * 60 + minute) * MINUTE));
}

function isShort(calendar: Calendar, day: number): boolean {
  return calendar.startOf(day + 1) - calendar.startOf(day) < DAY;
}

/** Whether clocks ever show it. */
function exists(calendar: Calendar, local: number): boolean {
  return [local - DAY, local + DAY].some((near) => {
    const instant = local - (calendar.localAt(near) - near);
    return calendar.localAt(instant) === local;
  });
}

function lostAt(calendar: Calendar, local: number): LostTick {
  // A day and more before the gap, whatever the zone.
  const before = local - 2 * DAY;
  const instant = local - (calendar.localAt(before) - before);
  return { instant, local: `${dayKey(Math.floor(local / DAY))} ${new Date(local).toISOString().slice(11, 16)}` };
}
