// Danger: a step is not told that its time is up or that it is cancelled, is told after its end, or hears of the later
// reason instead of the first.
import { startLimit } from '../../../activities/run-step/limit';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function limited(timeout = 100) {
  const cancellation = new AbortController();
  const call = {
    temporal: { cancellationSignal: cancellation.signal },
    step: { contract: { timeout, name: 'train' } },
    argument: { address: 'train' },
  };
  const limit = startLimit(call);
  return { limit, cancel: (reason: string) => cancellation.abort(reason), aborted: cancellation };
}

test('when its time is up the step is told so, by a signal that was asked for before and by one asked for after', () => {
  const { limit } = limited();
  const { signal } = limit;
  let calls = 0;
  limit.whenOver(() => (calls += 1));
  expect([limit.over, signal.aborted, calls]).toEqual([null, false, 0]);
  jest.advanceTimersByTime(100);
  expect(signal.reason).toMatchObject({ code: 'PER_RUN_019' });
  expect(limit.over?.reason).toBe(signal.reason);
  limit.whenOver(() => (calls += 1));
  expect(calls).toBe(2);

  const late = limited();
  jest.advanceTimersByTime(100);
  expect(late.limit.signal.aborted).toBe(true);
});

test('the first reason counts', () => {
  const { limit, cancel } = limited();
  cancel('the run was cancelled');
  jest.advanceTimersByTime(1_000);
  expect(limit.over).toEqual({ reason: 'the run was cancelled' });
  expect(limit.signal.reason).toBe('the run was cancelled');
});

test('an execution that has ended is told nothing any more', () => {
  const { limit, cancel } = limited();
  const { signal } = limit;
  limit.stop();
  cancel('too late');
  jest.advanceTimersByTime(1_000);
  expect([limit.over, signal.aborted]).toEqual([null, false]);
});
