// Danger: a stuck process that is left alone, or a healthy one that is killed because the machine was busy.
import { type ProcessState, StallWatch } from '../../../serving/supervisor/stall-watch';

/** Looks every 100 ms for `ms`; the time at which the process counted as stalled, or null. */
function watch(
  ms: number,
  stateAt: (now: number) => ProcessState | null,
  heardAt: (now: number) => boolean = () => false,
): number | null {
  let now = 0;
  const stall = new StallWatch(0, () => stateAt(now));
  for (now = 100; now <= ms; now += 100) {
    if (heardAt(now)) stall.heard();
    if (stall.look(now, 1_000)) return now;
  }
  return null;
}

test('a process that gives signs of life is left alone', () => {
  expect(
    watch(
      60_000,
      () => null,
      (now) => now % 900 === 0,
    ),
  ).toBeNull();
});

test('a process stuck in computing is found just after its limit', () => {
  expect(watch(5_000, (now) => ({ state: 'R', cpuMs: now }))).toBe(1_100);
});

test('a stopped process, and one that sleeps, is found just after its limit', () => {
  expect(watch(5_000, () => ({ state: 'T', cpuMs: 0 }))).toBe(1_100);
  expect(watch(5_000, () => ({ state: 'S', cpuMs: 0 }))).toBe(1_100);
  expect(watch(5_000, () => null)).toBe(1_100);
});

test('a process that wants a CPU and gets none is given ten times longer', () => {
  expect(watch(60_000, (now) => ({ state: 'R', cpuMs: now / 10 }))).toBe(10_100);
});

test('silence while the supervisor itself had no CPU is not held against a process', () => {
  const stall = new StallWatch(0, () => null);
  expect(stall.look(3_600_000, 1_000)).toBe(false);
  expect(stall.look(3_600_100, 1_000)).toBe(false);
});
