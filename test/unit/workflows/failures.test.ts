// Danger: a step that took too long is told as an engine fault or without its name, so that nobody raises its time-out; a worker
// that died is told as slow.
import {
  ActivityFailure,
  CancelledFailure,
  RetryState,
  TerminatedFailure,
  TimeoutFailure,
  type TimeoutType,
} from '@temporalio/common';
import { eventOf } from '../../../workflows/failures';

const AT = 'per-seed[3]/train';
const of = (cause: Error) =>
  eventOf(AT, new ActivityFailure('Activity task failed', 'train', '7', RetryState.TIMEOUT, 'worker', cause));
const timedOut = (type: TimeoutType) => of(new TimeoutFailure('activity timeout', null, type));

it.each<[TimeoutType, string]>([
  ['START_TO_CLOSE', `${AT} took longer than its time-out.`],
  ['SCHEDULE_TO_CLOSE', `${AT} took longer than its time-out, SCHEDULE_TO_CLOSE.`],
  ['SCHEDULE_TO_START', `${AT} took longer than its time-out, SCHEDULE_TO_START.`],
])('a time-out of the kind %s names the step, why, and what to do', (type, words) => {
  const fix = "Raise the step's timeout, or give it less to do at once.";
  const failure = { type: 'PER_RUN_019', message: `[PER_RUN_019] ${words} ${fix}`, fault: 'user', retryable: true };
  expect(timedOut(type)).toEqual({ type: 'failed', address: AT, failure });
});

it.each<[string, () => unknown, object]>([
  [
    'a worker that fell silent is none that was slow',
    () => timedOut('HEARTBEAT'),
    { type: 'PER_FLOW_008', fault: 'engine' },
  ],
  ['a termination', () => of(new TerminatedFailure('by hand')), { type: 'PER_FLOW_006' }],
])('%s', (_, event, failure) => {
  expect(event()).toMatchObject({ type: 'failed', failure });
});

it('a cancellation is no failure', () => {
  expect(of(new CancelledFailure('asked'))).toEqual({ type: 'cancelled', address: AT });
});
