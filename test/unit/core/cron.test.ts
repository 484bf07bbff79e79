// Danger: a schedule that never comes, or comes by the second, or in a zone that is none: it is noticed months later, or at once
// by the bill. And defaults of Temporal's own: a year of missed ticks made up for at once.
import { cron, daily, keys, pipeline } from '../../../core';
import { z } from 'zod';
import { cronText, cronTimes } from '../../../core/define/cron-fields';
import { codeOf } from './code-of';

test.each([
  ['0 2 * * *'],
  ['*/15 8-18 * * mon-fri'],
  ['0 0 29 2 *'],
  ['5/20 * 1,15 jan,JUL *'],
  ['0 0 31 * *'],
  ['0 0 * * 7'],
])('%s is a schedule', (expression) => {
  expect(cron(expression).expression).toBe(expression);
});

test.each([
  ['0 0 30 2 *', 'it never comes'],
  ['0 0 31 4,6,9,11 *', 'it never comes'],
  ['0 0 30-31 feb *', 'it never comes'],
  ['* * * * * *', 'by the second'],
  ['0 0 2 * * *', 'six fields'],
  ['every night', '2 fields'],
  ['60 * * * *', '"60" is no minute'],
  ['0 24 * * *', '"24" is no hour'],
  ['0 0 0 * *', '"0" is no day of month'],
  ['0 0 * 13 *', '"13" is no month'],
  ['0 0 * * 8', '"8" is no day of week'],
  ['*/0 * * * *', '"*/0" is no minute'],
  ['30-10 * * * *', '"30-10" is no minute'],
  ['0 0 * foo *', '"foo" is no month'],
  ['1- * * * *', '"1-" is no minute'],
  [', * * * *', '"," is no minute'],
])('%s is refused', (expression, why) => {
  expect(() => cron(expression)).toThrow(why);
  expect(codeOf(() => cron(expression))).toBe('PER_DEF_007');
});

test.each(['skipp', 'Skip', '', 'toString', 7])('an overlap that is none is refused: %p', (overlap) => {
  const options: object = { overlap };
  expect(codeOf(() => cron('0 2 * * *', options))).toBe('PER_DEF_007');
});

test('a misspelt overlap is told with what was meant', () => {
  const options: object = { overlap: 'skipp' };
  expect(() => cron('0 2 * * *', options)).toThrow('is "skipp", did you mean \'skip\'?');
});

test('an unknown time zone, a length that is none and too short a catch-up are refused', () => {
  for (const timezone of ['Mars/Olympus', '', '+02:00', 'europe/berlin', 'utc']) {
    expect(codeOf(() => cron('0 2 * * *', { timezone }))).toBe('PER_DEF_051');
  }
  for (const timezone of ['Asia/Calcutta', 'US/Eastern', 'Etc/GMT+5']) {
    expect(cron('0 2 * * *', { timezone }).timezone).toBe(timezone);
  }
  expect(codeOf(() => cron('0 2 * * *', { jitter: '0s' }))).toBe('PER_DEF_002');
  expect(codeOf(() => cron('0 2 * * *', { catchup: '9s' }))).toBe('PER_DEF_007');
});

test('what is left out is said: on time, an hour of catching up, in UTC', () => {
  const plain = {
    kind: 'cron',
    expression: '0 2 * * *',
    timezone: 'UTC',
    overlap: null,
    jitter: 0,
    catchup: 3_600_000,
  };
  expect(cron(' 0  2 * * * ')).toEqual(plain);
  const given = cron('0 2 * * *', { timezone: 'Asia/Tokyo', overlap: 'cancel-other', jitter: '5m', catchup: '1d' });
  expect(given).toMatchObject({
    timezone: 'Asia/Tokyo',
    overlap: 'cancel-other',
    jitter: 300_000,
    catchup: 86_400_000,
  });
});

test('a schedule is about a day or a month; of partitions by name no tick is about one', () => {
  const rest = { schedule: cron('0 2 * * *'), config: z.object({}), graph: () => null };
  expect(pipeline('by-day', { ...rest, partitions: daily({ from: '2026-01-01' }) }).schedule).not.toBeNull();
  expect(codeOf(() => pipeline('by-name', { ...rest, partitions: keys(['eu']) }))).toBe('PER_DEF_007');
});

test.each([
  ['0 2 * * *', '0 2 * * *'],
  ['0,30 2-2 1-31 * 0-6', '0,30 2 * * *'],
  ['5/20 * 1,15 jan,JUL *', '5-45/20 * 1,15 1,7 *'],
  ['0 8-18 * * mon-fri', '0 8-18 * * 1-5'],
  ['0 0 * * 6,7', '0 0 * * 0,6'],
  ['1,2,3,5 0 * * *', '1-3,5 0 * * *'],
  ['0 0 1-31/2 */3 7', '0 0 */2 */3 0'],
])('%s reads %s, whoever wrote it', (expression, text) => {
  const times = cronTimes(expression);
  expect(cronText(times)).toBe(text);
  expect(cronTimes(text)).toEqual(times);
});
