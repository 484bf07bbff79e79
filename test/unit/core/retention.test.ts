// Danger: a slip of the pen in a retention removes records, or what is not said is not kept.
import { readRetention } from '../../../core/define/retention';

const DAY = 86_400_000;

test('what is not said is kept for long', () => {
  expect(readRetention(undefined)).toEqual({
    executions: 365 * DAY,
    logs: 30 * DAY,
    predictions: 730 * DAY,
    events: 365 * DAY,
    artifacts: 365 * DAY,
  });
});

test('each is said by itself, and may be for ever', () => {
  expect(
    readRetention({ executions: '90d', logs: 2 * DAY, predictions: 'forever', events: '3d', artifacts: '30d' }),
  ).toEqual({
    executions: 90 * DAY,
    logs: 2 * DAY,
    predictions: null,
    events: 3 * DAY,
    artifacts: 30 * DAY,
  });
});

test.each([
  [{ logs: '1h' }, 'logs: "1h" is no length of a day at least'],
  [{ logs: '-5d' }, 'logs: "-5d"'],
  [{ executions: 'ever' }, 'executions: "ever"'],
  [{ predictions: 0 }, 'predictions: 0'],
  [{ execution: '90d' }, 'execution'],
  ['90d', 'expected object'],
])('%j is refused by name', (given, said) => {
  expect(() => readRetention(given)).toThrow('[PER_STACK_080] retention of perennial.config.ts: ');
  expect(() => readRetention(given)).toThrow(said);
});
