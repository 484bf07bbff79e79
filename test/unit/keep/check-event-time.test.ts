// Danger: one cause from a year to come, after which the keeper's cool-down refuses all the others.
import { checkEventTime } from '../../../core/keep/check-event-time';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const check = (clock: 'wall' | 'event' | null, instant: string) => (): void => {
  checkEventTime({ name: 'm', clock }, instant, NOW);
};

test.each(['wall', null] as const)('with the clock %p an event may be a day ahead, and no more', (clock) => {
  expect(check(clock, '2001-02-01T00:00:00.000Z')).not.toThrow();
  expect(check(clock, '2026-03-02T12:00:00.000Z')).not.toThrow();
  expect(check(clock, '2026-03-02T12:00:00.001Z')).toThrow(/PER_KEEP_009.*m is of 2026-03-02T12:00:00.001Z/);
});

test('where events tell the time none is ahead of now', () => {
  expect(check('event', '2026-03-01T12:00:00.000Z')).not.toThrow();
  expect(check('event', '2026-03-01T12:00:00.001Z')).toThrow('[PER_KEEP_009]');
});
