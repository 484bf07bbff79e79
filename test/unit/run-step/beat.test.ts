// Danger: Temporal says "no heartbeat" with a time-out of 0, and a step without one heartbeats every millisecond, which
// costs more than all its other work; or its result is held for ten minutes although nobody hears that it lives.
import { heartbeatLimit, startBeat } from '../../../activities/run-step/beat';
import { patienceFor } from '../../../activities/run-step/records';

jest.useFakeTimers();

test.each([undefined, 0])('a heartbeat time-out of %p is none: nothing is ever sent', (heartbeatTimeoutMs) => {
  const send = jest.fn();
  const beat = startBeat(heartbeatLimit({ heartbeatTimeoutMs }), send);
  beat.progress(1);
  jest.advanceTimersByTime(60_000);
  beat.stop();
  expect(send).not.toHaveBeenCalled();
});

test('with a time-out it is sent at a third of it, with the newest progress', () => {
  const send = jest.fn();
  const beat = startBeat(heartbeatLimit({ heartbeatTimeoutMs: 3_000 }), send);
  beat.progress('half');
  send.mockClear();
  jest.advanceTimersByTime(3_000);
  beat.stop();
  jest.advanceTimersByTime(3_000);
  expect(send.mock.calls).toEqual([['half'], ['half'], ['half']]);
});

test.each([undefined, 0])(
  'with a heartbeat time-out of %p, a result is held for seconds only',
  (heartbeatTimeoutMs) => {
    const { waits } = patienceFor({ info: { heartbeatTimeoutMs }, cancellationSignal: new AbortController().signal });
    expect([...waits].reduce((sum, wait) => sum + wait, 0)).toBeLessThan(10_000);
  },
);
