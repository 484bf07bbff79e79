// Danger: an operator reads that all is well while a night is missing, or is called for one that is done by now.
import { judgeMissed } from '../../../cli/doctor/deadlines';
import { deadlinesText, deadlineText } from '../../../cli/views/deadlines-view';
import { doneBy } from '../../../core';
import type { DeadlineRow } from '../../../store/deadlines/deadline-row';

const row: DeadlineRow = {
  ...{ pipeline: 'p', day: '2026-03-28', due: '2026-03-28T05:00:00.000Z', since: '2026-03-27T05:00:00.000Z' },
  ...{ partition: null, state: 'missed', run: null, reason: 'no run had started', judgedAt: null, resolvedAt: null },
};

const now = Date.parse('2026-03-28T12:00Z');

test('each stands on a line: what it is about, how it is, and how it stood', () => {
  const late = { ...row, partition: '2026-03-27', run: 'p:2026-03-27', resolvedAt: '2026-03-28T09:00:00.000Z' };
  const [, open = '', done = ''] = deadlinesText([row, late], now).split('\n');
  expect(open).toMatch(/^ p\s+2026-03-28\s+2026-03-28T05:00:00.000Z\s+missed\s+no run had started/);
  expect(done).toMatch(/2026-03-28, for 2026-03-27 .* late: 2026-03-28T09:00:00.000Z\s+p:2026-03-27/);
  expect(deadlinesText([], now)).toContain('doneBy');
  expect(deadlinesText([], now, null, { pipeline: 'p' })).toMatch(/^No deadlines of p\. It has one by .*doneBy/);
  expect(deadlinesText([], now, null, { missed: true })).toBe('No deadline was missed.');
});

test('one that nobody judges says so: its pipeline is gone, or no worker is there', () => {
  const waiting = { ...row, state: 'waiting', reason: null } as const;
  expect(deadlinesText([waiting], now)).toContain('not judged');
  expect(deadlinesText([waiting], Date.parse(row.due) + 60_000)).not.toContain('not judged');
});

test('when a deadline is', () => {
  expect(deadlineText(doneBy('06:00'))).toBe('06:00 UTC, each day');
  expect(deadlineText(doneBy('23:59', { days: '1,5' }))).toBe('23:59 UTC, Monday, Friday');
});

test('the doctor warns of the newest, and says how many more', () => {
  expect(judgeMissed([])).toMatchObject({ status: 'ok' });
  const { status, found } = judgeMissed([row, row, row]);
  expect(status).toBe('warn');
  expect(found).toBe('p was to be done by 2026-03-28T05:00:00.000Z: no run had started. And 2 more.');
});
