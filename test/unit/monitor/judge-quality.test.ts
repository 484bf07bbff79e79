// Danger: an alarm on too little evidence, no alarm on enough, or a fall taken for a rise.
import { judgeQuality, type QualitySpec } from '../../../activities/monitor/judge-quality';
import { measureQuality } from '../../../activities/evaluate/metrics';
import type { Labelled } from '../../../activities/monitor/labelled';
import { MonitorSpec } from '../../../steps/monitor';

/** `n` rows of which the first `late` are positive; `good` says whether the scores know. */
function windowOf(n: number, late: number, good: boolean, rows = n): Labelled {
  const labels = Uint8Array.from({ length: n }, (_, i) => (i < late ? 1 : 0));
  const probabilities = Float64Array.from(labels, (y) => (good ? (y === 1 ? 0.8 : 0.1) : y === 1 ? 0.1 : 0.8));
  return { rows, labels, probabilities, positives: late };
}
const evaluated = (w: Labelled) => measureQuality(w.labels, w.probabilities);
const good = windowOf(1000, 200, true);
const bad = windowOf(1000, 200, false);

function spec(metric: string, limit: number, more: object = {}): QualitySpec {
  const parsed = MonitorSpec.parse(
    metric === 'caught-at-budget'
      ? { kind: 'business', name: 'caught', metric, budget: 0.2, dropBy: limit, ...more }
      : { kind: 'accuracy', name: metric, metric, worseBy: limit, ...more },
  );
  if (parsed.kind === 'drift' || parsed.kind === 'stream') throw new Error('not this one');
  return parsed;
}

describe.each(['log-loss', 'roc-auc', 'calibration', 'caught-at-budget'])('%s', (metric) => {
  test('a window as good as the evaluation is in order; a bad one alarms; a better one never does', () => {
    expect(judgeQuality(spec(metric, 0.01), good, evaluated(good)).outcome).toBe('ok');
    expect(judgeQuality(spec(metric, 0.01), bad, evaluated(good))).toMatchObject({ outcome: 'alarm' });
    expect(judgeQuality(spec(metric, 0.01), good, evaluated(bad)).outcome).toBe('ok');
  });

  test('worse by the limit itself is not yet worse by more', () => {
    const { evidence } = judgeQuality(spec(metric, 0.01), bad, evaluated(good));
    const worse = Number(evidence['worseBy']);
    expect(judgeQuality(spec(metric, worse + 1e-6), bad, evaluated(good)).outcome).toBe('ok');
    expect(judgeQuality(spec(metric, worse - 1e-6), bad, evaluated(good)).outcome).toBe('alarm');
  });

  test.each([
    ['no label at all', windowOf(0, 0, true, 1000), {}],
    ['an empty window', windowOf(0, 0, true), {}],
    ['one row too few', windowOf(499, 100, false), {}],
    ['too small a share of labels', windowOf(600, 100, false, 1201), {}],
    ['one class only', windowOf(1000, 0, false), {}],
    ['the other class only', windowOf(1000, 1000, false), {}],
  ])('%s is insufficient', (_, window, more) => {
    const got = judgeQuality(spec(metric, 0.01, more), window, evaluated(good));
    expect(got.outcome).toBe('insufficient');
    expect(got.evidence).toHaveProperty('why');
    expect(got.point).toBeUndefined();
  });
});

test('just enough rows and coverage are enough', () => {
  const window = windowOf(500, 100, true, 1000);
  expect(judgeQuality(spec('log-loss', 0.5), window, evaluated(good)).outcome).toBe('ok');
});

test('a business metric leaves a point, an accuracy metric none', () => {
  expect(judgeQuality(spec('caught-at-budget', 0.5), good, evaluated(good)).point).toEqual({
    metric: 'caught',
    value: 1,
  });
  expect(judgeQuality(spec('log-loss', 0.5), good, evaluated(good)).point).toBeUndefined();
});

test('an evaluation that never had a positive cannot be compared with', () => {
  const never = evaluated(windowOf(1000, 0, true));
  expect(judgeQuality(spec('caught-at-budget', 0.1), good, never).outcome).toBe('insufficient');
  expect(judgeQuality(spec('roc-auc', 0.1), good, never).outcome).toBe('insufficient');
});
