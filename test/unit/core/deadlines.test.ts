// Danger: a deadline that a change of clocks swallows, so that nobody hears of the night that did not run; or that comes twice.
import { doneBy, keys, pipeline } from '../../../core';
import { duesIn, nextDue } from '../../../core/deadlines/due';
import { z } from 'zod';
import { codeOf } from './code-of';

const ms = (text: string): number => Date.parse(text);
const dues = (time: string, options: Parameters<typeof doneBy>[1], from: string, to: string) =>
  duesIn(doneBy(time, options), ms(from), ms(to)).map(({ day, at, since }) => [
    day,
    new Date(at).toISOString(),
    new Date(since).toISOString(),
  ]);
const berlin = { timezone: 'Europe/Berlin' };

test('each day has one, at what its clocks show, and the one before it', () => {
  expect(dues('06:00', berlin, '2026-03-27T12:00Z', '2026-03-30T12:00Z')).toEqual([
    ['2026-03-28', '2026-03-28T05:00:00.000Z', '2026-03-27T05:00:00.000Z'],
    ['2026-03-29', '2026-03-29T04:00:00.000Z', '2026-03-28T05:00:00.000Z'],
    ['2026-03-30', '2026-03-30T04:00:00.000Z', '2026-03-29T04:00:00.000Z'],
  ]);
});

test.each([
  ['02:30', '2026-03-29', '2026-03-29T01:00:00.000Z'],
  ['02:00', '2026-03-29', '2026-03-29T01:00:00.000Z'],
  ['03:00', '2026-03-29', '2026-03-29T01:00:00.000Z'],
  ['02:30', '2026-10-25', '2026-10-25T00:30:00.000Z'],
  ['03:00', '2026-10-25', '2026-10-25T02:00:00.000Z'],
  ['00:00', '2026-10-25', '2026-10-24T22:00:00.000Z'],
])('%s of %s in Berlin is due once, at %s', (time, day, at) => {
  const all = dues(time, berlin, '2026-01-01T12:00Z', '2026-12-31T12:00Z').filter(([one]) => one === day);
  expect(all.map(([, one]) => one)).toEqual([at]);
});

test('a year has one a day whatever its zone, in order, each since the one before', () => {
  for (const timezone of ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kolkata']) {
    for (const time of ['00:00', '01:30', '02:00', '02:15', '23:59']) {
      const all = duesIn(doneBy(time, { timezone }), ms('2026-01-01T00:00Z'), ms('2027-01-01T00:00Z'));
      expect(all).toHaveLength(365);
      all.forEach(({ since }, i) => {
        const before = all[i - 1];
        if (before) expect(since).toBe(before.at);
      });
    }
  }
});

test('days are those of a week, and the next one is found over a week-end; an instant that is due is past', () => {
  const weekdays = { ...berlin, days: 'mon-fri' };
  expect(dues('06:00', weekdays, '2026-01-02T12:00Z', '2026-01-06T12:00Z')).toEqual([
    ['2026-01-05', '2026-01-05T05:00:00.000Z', '2026-01-02T05:00:00.000Z'],
    ['2026-01-06', '2026-01-06T05:00:00.000Z', '2026-01-05T05:00:00.000Z'],
  ]);
  const once = doneBy('06:00', { days: 'sun' });
  expect(nextDue(once, ms('2026-01-04T06:00Z'))).toMatchObject({ day: '2026-01-11' });
  expect(nextDue(once, ms('2026-01-04T05:59:59Z'))).toMatchObject({ day: '2026-01-04' });
});

test('what is none is refused where it is written', () => {
  for (const time of ['6:00', '24:00', '06:60', '0600', '']) expect(codeOf(() => doneBy(time))).toBe('PER_DEF_085');
  for (const days of ['', '8', 'someday', '* *']) expect(codeOf(() => doneBy('06:00', { days }))).toBe('PER_DEF_085');
  expect(codeOf(() => doneBy('06:00', { timezone: 'No/Where' }))).toBe('PER_DEF_051');
  const of = { config: z.object({}), graph: () => null, deadline: doneBy('06:00') };
  expect(pipeline('one', of).deadline?.time).toBe('06:00');
  expect(codeOf(() => pipeline('names', { ...of, partitions: keys(['eu']) }))).toBe('PER_DEF_085');
});
