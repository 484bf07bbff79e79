// Danger: a gate that lets through a candidate that is no better replaces a good champion by chance.
import { judgeCandidate } from '../../../activities/evaluate/gate';

const better = { mean: -0.02, low: -0.03, high: -0.01 };
const unclear = { mean: -0.001, low: -0.003, high: 0.001 };
const worse = { mean: 0.02, low: 0.01, high: 0.03 };
const same = { mean: 0, low: 0, high: 0 };

test('a first candidate passes when it beats the baseline beyond the interval', () => {
  const { passes, reason } = judgeCandidate(better, null);
  expect(passes).toBe(true);
  expect(reason).toBe(
    'The candidate is better than the baseline (log loss -0.02000, 95 % interval -0.03000 to -0.01000). There is no champion yet.',
  );
});

test.each([
  ['not clearly better than the baseline', unclear, null],
  ['not clearly better than the champion', better, unclear],
  ['not clearly better than the champion', better, same],
  ['worse than the champion', better, worse],
  ['worse than the baseline', worse, better],
])('a candidate that is %s is refused, and the reason says so', (words, baseline, champion) => {
  const { passes, reason } = judgeCandidate(baseline, champion);
  expect(passes).toBe(false);
  expect(reason).toContain(`is ${words}`);
  expect(reason).not.toContain('is better than');
});

test('a candidate that beats both passes', () => {
  expect(judgeCandidate(better, better).passes).toBe(true);
});
