import type { Deadline } from '../define/done-by';
import { type Calendar, dayKey } from '../partitions/calendar';
import { knownCalendar } from '../partitions/partition';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** Days back to the last one that has a deadline, at most. */
const WEEK = 7;

/** What of a deadline says when it is. */
export type DueTimes = Pick<Deadline, 'minutes' | 'timezone' | 'weekdays'>;

/** A deadline of one day. Instants are ms since 1970. */
export interface Due {
  /** The calendar day of its zone, `2026-01-05`. */
  readonly day: string;
  readonly at: number;
  /** When the one before it was: what began since then is its. */
  readonly since: number;
}

/**
 * The deadlines that are after one instant and not after another, oldest first.
 *
 * A time that clocks are put forward over is due when they are; of one that they show twice the first counts.
 */
export function duesIn(times: DueTimes, after: number, until: number): Due[] {
  const calendar = knownCalendar(times.timezone);
  const first = calendar.dayAt(after) - 1;
  const days = Array.from({ length: Math.max(0, calendar.dayAt(until) - first + 1) }, (_, i) => first + i);
  return days
    .filter((day) => isNamed(times, day))
    .map((day) => ({ day: dayKey(day), at: dueAt(calendar, day, times.minutes), since: sinceOf(calendar, day, times) }))
    .filter(({ at }) => at > after && at <= until);
}

/** The first deadline after an instant. */
export function nextDue(times: DueTimes, after: number): Due {
  const [next] = duesIn(times, after, after + (WEEK + 2) * DAY);
  if (next === undefined) throw new Error('a week has no deadline');
  return next;
}

function sinceOf(calendar: Calendar, day: number, times: DueTimes): number {
  const back = Array.from({ length: WEEK }, (_, i) => day - 1 - i);
  return dueAt(calendar, back.find((before) => isNamed(times, before)) ?? day - WEEK, times.minutes);
}

/** 1970 began on a Thursday. */
function isNamed({ weekdays }: DueTimes, day: number): boolean {
  return weekdays.includes((((day + 4) % 7) + 7) % 7);
}

/** The first instant at which clocks show the time of a day, or have gone over it. */
function dueAt(calendar: Calendar, day: number, minutes: number): number {
  const local = day * DAY + minutes * MINUTE;
  // A zone's clock by how it goes a day before and a day after: the same but where clocks change between.
  const instants = [local - DAY, local + DAY].map((near) => local - (calendar.localAt(near) - near));
  const shown = instants.filter((instant) => calendar.localAt(instant) === local);
  if (shown.length > 0) return Math.min(...shown);
  let before = Math.min(...instants) - 1;
  let after = Math.max(...instants);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (calendar.localAt(middle) >= local) after = middle;
    else before = middle;
  }
  return after;
}
