import { perennialError } from '../errors';
import { knownCalendar } from '../partitions/partition';
import { type Duration, milliseconds } from '../plan/duration';
import { cronFault } from './cron-fields';
import { CRON_OPTIONS, refuseUnknownOptions, refuseUnlisted } from './known-options';

/** What a tick does while what an earlier one started still runs. */
export type Overlap = 'skip' | 'buffer-one' | 'buffer-all' | 'cancel-other' | 'terminate-other' | 'allow-all';

/** A schedule in the five fields of cron, in a time zone. */
export interface Cron {
  readonly kind: 'cron';
  readonly expression: string;
  /** An IANA name. Default `UTC`. */
  readonly timezone: string;
  /** null: `skip`, and `buffer-all` where each tick is about a partition of its own. */
  readonly overlap: Overlap | null;
  /** ms by which each tick comes later at most, drawn anew; 0: on time. */
  readonly jitter: number;
  /** ms after which a tick that was missed, as the server was down, is not made up for. */
  readonly catchup: number;
}

/** Options of a schedule. */
export interface CronOptions {
  /** An IANA name. Default `UTC`. */
  readonly timezone?: string;
  /**
   * What a tick does while what an earlier one started still runs. Default `skip`, nothing; `buffer-all`, it waits, where the
   * pipeline has partitions, each of which would else be missing.
   */
  readonly overlap?: Overlap;
  /** By how much each tick may come late, drawn anew, so that not everything starts at once. Default: not at all. */
  readonly jitter?: Duration;
  /** How late a tick that was missed is still made up for: 10 s at least. Default `1h`. */
  readonly catchup?: Duration;
}

const OVERLAPS: Readonly<Record<Overlap, true>> = {
  skip: true,
  ...{ 'buffer-one': true, 'buffer-all': true, 'cancel-other': true, 'terminate-other': true, 'allow-all': true },
};

/** Temporal's own least. */
const LEAST_CATCHUP = 10_000;

/**
 * A schedule.
 *
 * @throws PER_DEF_007 for a malformed one, one that never comes, and one by the second; PER_DEF_051 for an unknown time
 * zone; PER_DEF_002 for a length that is none; PER_DEF_071 for an option that does not exist
 * @example
 * cron('0 2 * * *', { timezone: 'Europe/Berlin', catchup: '6h' }) // every night at two
 */
export function cron(expression: string, options: CronOptions = {}): Cron {
  const fields = expression.trim().split(/\s+/);
  const fault = cronFault(fields);
  if (fault) throw perennialError('PER_DEF_007', `The schedule ${JSON.stringify(expression)} is refused: ${fault}.`);
  refuseUnknownOptions(`the schedule ${JSON.stringify(expression)}`, options, CRON_OPTIONS);
  const { timezone = 'UTC', overlap = null, jitter, catchup = '1h' } = options;
  checkZone(timezone);
  refuseUnlisted(`The overlap of the schedule ${JSON.stringify(expression)}`, overlap, OVERLAPS, 'PER_DEF_007');
  const patience = milliseconds(catchup, `The catchup of the schedule ${expression}`);
  if (patience < LEAST_CATCHUP) {
    throw perennialError(
      'PER_DEF_007',
      `The schedule ${JSON.stringify(expression)} is refused: its catchup is below 10 s.`,
    );
  }
  return Object.freeze({
    kind: 'cron',
    expression: fields.join(' '),
    timezone,
    overlap,
    jitter: jitter === undefined ? 0 : milliseconds(jitter, `The jitter of the schedule ${expression}`),
    catchup: patience,
  });
}

/** Stricter than the JavaScript engine, which takes names however they are written, and offsets: Temporal takes neither. */
function checkZone(timezone: string): void {
  knownCalendar(timezone);
  const known = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const written = known.find((name) => name.toLowerCase() === timezone.toLowerCase());
  if (!/^[+-]/.test(timezone) && (written === undefined || written === timezone)) return;
  const meant = written === undefined ? 'an offset is none' : `write ${JSON.stringify(written)}`;
  throw perennialError('PER_DEF_051', `There is no time zone ${JSON.stringify(timezone)}: ${meant}.`);
}
