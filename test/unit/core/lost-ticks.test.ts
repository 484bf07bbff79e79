// Danger: a night on which clocks are put forward over the time of a tick: Temporal leaves it out, nobody notices, and that
// night's partition is missing for good. What the real server does with such nights: test/e2e/backfill/schedule.test.ts.
import { cron } from '../../../core';
import { lostAhead, lostBefore, lostTicks } from '../../../core/define/lost-ticks';

const at = (text: string): number => Date.parse(text);
const berlin = (expression: string) => cron(expression, { timezone: 'Europe/Berlin' });
const textOf = (ticks: readonly { readonly instant: number; readonly local: string }[]) =>
  ticks.map(({ instant, local }) => `${local} = ${new Date(instant).toISOString()}`);

describe('the ticks that do not come, since clocks go over them', () => {
  const year = [at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z')] as const;

  test.each([
    ['30 2 * * *', ['2026-03-29 02:30 = 2026-03-29T01:30:00.000Z']],
    ['0 2 * * *', ['2026-03-29 02:00 = 2026-03-29T01:00:00.000Z']],
    ['0 3 * * *', []],
    [
      '0,30 1-3 * * sun',
      ['2026-03-29 02:00 = 2026-03-29T01:00:00.000Z', '2026-03-29 02:30 = 2026-03-29T01:30:00.000Z'],
    ],
    ['30 2 * * mon', []],
    // Clocks show it twice, and go over nothing.
    ['30 2 25 10 *', []],
  ])('of %s in Berlin', (expression, lost) => {
    expect(textOf(lostTicks(berlin(expression), ...year))).toEqual(lost);
  });

  test('in a zone without summer time: none; where midnight is left out: that', () => {
    expect(lostTicks(cron('* * * * *'), ...year)).toEqual([]);
    const asuncion = cron('0 0 * * *', { timezone: 'America/Asuncion' });
    expect(textOf(lostTicks(asuncion, at('2023-01-01T00:00:00Z'), at('2024-01-01T00:00:00Z')))).toEqual([
      '2023-10-01 00:00 = 2023-10-01T04:00:00.000Z',
    ]);
  });
});

test.each([
  // Those of 2029 and 2030 lie 371 days apart.
  ['the day after a change, whose next one comes a week later', '2029-03-26T00:00:00Z', ['2030-03-31 02:30']],
  [
    'the days before a change, after which the next is 364 days away',
    '2026-03-28T00:00:00Z',
    ['2026-03-29 02:30', '2027-03-28 02:30'],
  ],
  ['any other time', '2026-07-01T00:00:00Z', ['2027-03-28 02:30']],
])('the next night without its tick is told of on %s', (_, now, nights) => {
  expect(lostAhead(berlin('30 2 * * *'), at(now)).map(({ local }) => local)).toEqual(nights);
});

describe('between a tick and the one before it', () => {
  test.each([
    ['30 2 * * *', '2026-03-28T01:30:00Z', []],
    ['30 2 * * *', '2026-03-30T00:30:00Z', ['2026-03-29 02:30 = 2026-03-29T01:30:00.000Z']],
    ['30 2 * * *', '2026-03-31T00:30:00Z', []],
    // The week after.
    ['30 2 * * sun', '2026-04-05T00:30:00Z', ['2026-03-29 02:30 = 2026-03-29T01:30:00.000Z']],
    // A tick came between.
    ['30 2,6 * * *', '2026-03-30T00:30:00Z', []],
    ['30 2,6 * * *', '2026-03-29T04:30:00Z', ['2026-03-29 02:30 = 2026-03-29T01:30:00.000Z']],
    ['30 2 * * *', '2026-10-25T01:30:00Z', []],
    ['0 0 29 2 *', '2028-02-28T23:00:00Z', []],
  ])('%s, before %s', (expression, tick, lost) => {
    expect(textOf(lostBefore(berlin(expression), at(tick)))).toEqual(lost);
  });
});
