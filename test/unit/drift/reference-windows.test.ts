// Danger: a window is compared with rows of itself, of a gap, or of another season, and the drift is the calendar's.
import { rollingWindows, seasonWindow } from '../../../activities/monitor/drift/reference-windows';

const day = (date: string): string => `${date}T00:00:00.000Z`;
const window = (from: string, to: string) => ({ from: day(from), to: day(to) });

test('rolling windows end where the window begins, without a gap, the oldest first', () => {
  expect(rollingWindows(window('2026-03-15', '2026-03-22'), 2)).toEqual([
    window('2026-03-01', '2026-03-08'),
    window('2026-03-08', '2026-03-15'),
  ]);
});

test.each([
  ['day', 1, window('2026-03-14', '2026-03-21')],
  ['week', 2, window('2026-03-01', '2026-03-08')],
  ['month', 1, window('2026-02-15', '2026-02-22')],
  ['month', 3, window('2025-12-15', '2025-12-22')],
  ['year', 1, window('2025-03-15', '2025-03-22')],
] as const)('the window %s, %i before', (season, back, wanted) => {
  expect(seasonWindow(window('2026-03-15', '2026-03-22'), season, back)).toEqual(wanted);
});

test('a day that the earlier month does not have is its last one, and a whole month stays a whole month', () => {
  expect(seasonWindow(window('2026-03-29', '2026-04-05'), 'month')).toEqual(window('2026-02-28', '2026-03-05'));
  expect(seasonWindow(window('2026-03-01', '2026-04-01'), 'month')).toEqual(window('2026-02-01', '2026-03-01'));
  expect(seasonWindow(window('2028-02-29', '2028-03-07'), 'year')).toEqual(window('2027-02-28', '2027-03-07'));
});

test('a window never becomes empty', () => {
  expect(seasonWindow(window('2026-03-30', '2026-03-31'), 'month')).toEqual(window('2026-02-28', '2026-03-01'));
});
