// Danger: CPU time is charged twice, or to executions that had ended.
import { createMeters } from '../../../activities/run-step/cost';

/** A worker whose clocks are set by hand. */
function worker() {
  let [wall, cpu] = [0, 0];
  const meters = createMeters(
    () => wall,
    () => cpu,
  );
  return {
    begin: (gpu = false) => meters(gpu),
    pass: (wallMs: number, cpuMs: number) => {
      wall += wallMs;
      cpu += cpuMs;
    },
  };
}

test('each interval of CPU goes in equal parts to the executions in flight in it, and nothing is charged twice', () => {
  const { begin, pass } = worker();
  pass(50, 40);
  const a = begin();
  pass(100, 10);
  const b = begin();
  pass(100, 20);
  const costOfA = a();
  pass(100, 30);
  const costOfB = b();
  expect(costOfA).toMatchObject({ wallMs: 200, cpuMs: 20, estimated: true, peakRss: null, gpuMs: 0 });
  expect(costOfB).toMatchObject({ wallMs: 200, cpuMs: 40 });
  expect(costOfA.cpuMs + costOfB.cpuMs).toBe(60);
});

test('a meter that was read stands still', () => {
  const { begin, pass } = worker();
  const meter = begin();
  pass(10, 5);
  const first = meter();
  pass(10, 5);
  expect(meter()).toEqual(first);
});

test('what a child process measured is taken as it is; a GPU is charged by wall time', () => {
  const { begin, pass } = worker();
  const meter = begin(true);
  pass(1_000, 1);
  const cost = meter({ cpuMs: 900, peakRss: 123 });
  expect(cost).toEqual({ wallMs: 1_000, cpuMs: 900, peakRss: 123, gpuMs: 1_000, estimated: false });
});
