import { perennialError } from '../errors';
import { knownCalendar } from '../partitions/partition';
import { cronFault, cronTimes } from './cron-fields';
import { DEADLINE_OPTIONS, refuseUnknownOptions } from './known-options';

/** Until when a pipeline must be done, each day. */
export interface Deadline {
  readonly kind: 'deadline';
  /** As it was written: `06:00`. */
  readonly time: string;
  /** Minutes of the day that clocks show. */
  readonly minutes: number;
  /** An IANA name. Default `UTC`. */
  readonly timezone: string;
  /** The days of the week that have one; Sunday is 0. */
  readonly weekdays: readonly number[];
}

/** Options of a deadline. */
export interface DeadlineOptions {
  /** An IANA name. Default `UTC`. */
  readonly timezone?: string;
  /** Which days have one, as the last field of a cron says it. Default `*`, each. */
  readonly days?: string;
}

/**
 * A time of day by which a pipeline must be done. It is judged by the workers' own clock, so that a run which never started is told, too.
 *
 * @param time what clocks show, `06:00`
 * @throws PER_DEF_085 for a malformed one, PER_DEF_051 for an unknown time zone, PER_DEF_071 for an option that does not exist
 * @example
 * doneBy('06:00', { timezone: 'Europe/Berlin', days: 'mon-fri' })
 */
export function doneBy(time: string, options: DeadlineOptions = {}): Deadline {
  refuseUnknownOptions(`the deadline ${JSON.stringify(time)}`, options, DEADLINE_OPTIONS);
  const { timezone = 'UTC', days = '*' } = options;
  const [, hours = '', minutes = ''] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (hours === '') throw perennialError('PER_DEF_085', `${JSON.stringify(time)} is no time of a day.`);
  if (cronFault(['0', '0', '*', '*', days]) !== null) {
    throw perennialError('PER_DEF_085', `${JSON.stringify(days)} names no days of a week.`);
  }
  knownCalendar(timezone);
  const { weekdays } = cronTimes(`0 0 * * ${days}`);
  return Object.freeze({ kind: 'deadline', time, minutes: Number(hours) * 60 + Number(minutes), timezone, weekdays });
}
