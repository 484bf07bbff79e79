import type { CalendarFeature } from '../../../steps/features';

/**
 * Integer arithmetic of one calendar part: `floorMod(ms + shift, period) / unit`, over epoch milliseconds UTC.
 * The same numbers go into the SQL and into the graph. Floor modulo makes instants before 1970 come out right.
 */
export interface CalendarArithmetic {
  readonly periodMs: number;
  readonly shiftMs: number;
  readonly unitMs: number;
  /** How many values the part has: 0 to size - 1. */
  readonly size: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The arithmetic of each part. 1 January 1970 was a Thursday; Monday is 0, hence the shift of three days. */
export const CALENDAR: Readonly<Record<CalendarFeature['part'], CalendarArithmetic>> = {
  minute: { periodMs: HOUR, shiftMs: 0, unitMs: MINUTE, size: 60 },
  hour: { periodMs: DAY, shiftMs: 0, unitMs: HOUR, size: 24 },
  'day-of-week': { periodMs: 7 * DAY, shiftMs: 3 * DAY, unitMs: DAY, size: 7 },
};
