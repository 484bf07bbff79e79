import type { Window } from '../../../steps/types';

/**
 * The windows just before one, each as long as it, the oldest first: a rolling reference. It follows slow change, and so
 * does not report it; beside a fixed reference it tells a jump from a slope.
 *
 * @param count how many, 1 or more
 * @example
 * const [earlier, last] = rollingWindows({ from: '2026-03-15T00:00:00.000Z', to: '2026-03-22T00:00:00.000Z' }, 2);
 */
export function rollingWindows(window: Window, count: number): Window[] {
  const [from, to] = [Date.parse(window.from), Date.parse(window.to)];
  return Array.from({ length: count }, (_, i) => {
    const back = (count - i) * (to - from);
    return { from: instant(from - back), to: instant(to - back) };
  });
}

/** A period after which the data is expected to look alike. */
export type Season = 'day' | 'week' | 'month' | 'year';

/**
 * The same window so many seasons before, in UTC: against it, what comes back every day, week or year is no drift. A day
 * that the earlier month does not have is its last one.
 *
 * @param back how many seasons; default 1
 * @example
 * const lastYear = seasonWindow({ from: '2026-03-15T00:00:00.000Z', to: '2026-03-22T00:00:00.000Z' }, 'year');
 */
export function seasonWindow({ from, to }: Window, season: Season, back = 1): Window {
  const [begin, end] = [seasonsBefore(from, season, back), seasonsBefore(to, season, back)];
  // The 30th and the 31st of March are both the 28th of February: then the window keeps its length.
  return { from: begin, to: begin < end ? end : instant(Date.parse(begin) + Date.parse(to) - Date.parse(from)) };
}

const DAY = 86_400_000;

function seasonsBefore(at: string, season: Season, back: number): string {
  const then = new Date(at);
  if (season === 'day' || season === 'week') return instant(then.getTime() - back * DAY * (season === 'day' ? 1 : 7));
  const month = then.getUTCMonth() - back * (season === 'month' ? 1 : 12);
  const last = new Date(Date.UTC(then.getUTCFullYear(), month + 1, 0)).getUTCDate();
  then.setUTCMonth(month, Math.min(then.getUTCDate(), last));
  return then.toISOString();
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
