import type { Window } from '../../steps';

const DAY = 86_400_000;

/**
 * The weeks between two instants, in order; the last one is shorter when the days do not divide by seven.
 *
 * @example
 * weeks('2001-02-01T00:00:00.000Z', '2001-02-10T00:00:00.000Z').length === 2
 */
export function weeks(from: string, to: string): Window[] {
  const end = Date.parse(to);
  const windows: Window[] = [];
  for (let start = Date.parse(from); start < end; start += 7 * DAY) {
    const stop = Math.min(start + 7 * DAY, end);
    windows.push({ from: new Date(start).toISOString(), to: new Date(stop).toISOString() });
  }
  return windows;
}

/** `2001-02-01`, the day a window begins. */
export function day(instant: string): string {
  return instant.slice(0, 10);
}
