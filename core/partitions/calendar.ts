/** Calendar days are counted from 1970-01-01, whatever the zone. */
const DAY = 86_400_000;

/** No zone's clock is further from UTC than this, ms. */
const FURTHEST = 26 * 3_600_000;

/** A time zone's calendar: which day an instant is in, and when a day begins. All instants are ms since 1970. */
export interface Calendar {
  /** What the zone's clocks show at an instant, in ms, as if they were those of UTC. */
  localAt(instant: number): number;
  /** Number of the calendar day that an instant is in. */
  dayAt(instant: number): number;
  /**
   * The first instant of a day. A day whose midnight does not exist begins with the first moment that does; of a midnight
   * that comes twice the first counts. A day that the zone left out begins when the next one does.
   */
  startOf(day: number): number;
}

/**
 * The calendar of a time zone, by the rules that the JavaScript engine carries.
 *
 * @returns null when there is no such zone
 * @example
 * calendarOf('Europe/Berlin')?.startOf(dayOf('2026-03-30')) // 2026-03-29T22:00:00.000Z in ms
 */
export function calendarOf(timezone: string): Calendar | null {
  const clock = clockOf(timezone);
  if (clock === null) return null;
  const localAt = (instant: number): number => {
    const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((p) => p.type === type)?.value);
    const parts = clock.formatToParts(instant);
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  };
  const dayAt = (instant: number): number => Math.floor(localAt(instant) / DAY);
  return {
    localAt,
    dayAt,
    startOf(day) {
      const midnight = day * DAY;
      // Right whenever midnight exists once, which spares the search.
      const offset = localAt(midnight) - midnight;
      const guess = midnight - (localAt(midnight - offset) - (midnight - offset));
      if (dayAt(guess) === day && dayAt(guess - 1) === day - 1) return guess;
      let before = midnight - FURTHEST;
      let after = midnight + FURTHEST;
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        if (dayAt(middle) >= day) after = middle;
        else before = middle;
      }
      return after;
    },
  };
}

function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  const fields = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', ...fields, ...time });
  } catch {
    return null;
  }
}

/** The number of a day written `2026-01-05`; null: it is in no calendar, or before 1900. */
export function dayOf(key: string): number | null {
  const [, year = '', month = '', date = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key) ?? [];
  const day = Date.UTC(Number(year), Number(month) - 1, Number(date)) / DAY;
  return year >= '1900' && Number.isInteger(day) && dayKey(day) === key ? day : null;
}

/** The number of a month written `2026-01`, counted from January 1970; null: there is none. */
export function monthOf(key: string): number | null {
  const first = dayOf(`${key}-01`);
  if (first === null) return null;
  const date = new Date(first * DAY);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** How a day is written. */
export function dayKey(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** How a month is written. */
export function monthKey(month: number): string {
  return dayKey(firstDayOf(month)).slice(0, 7);
}

/** The number of the first day of a month. */
export function firstDayOf(month: number): number {
  return Date.UTC(1970, month, 1) / DAY;
}
