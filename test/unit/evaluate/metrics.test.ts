// Danger: a metric that is wrong at its edges (ties, one class, certain answers) promotes and refuses the wrong models.
import fc from 'fast-check';
import {
  brierScore,
  calibrationError,
  logLoss,
  measureQuality,
  pairedDifference,
  rocAuc,
} from '../../../activities/evaluate/metrics';

const labels = (...values: number[]) => Uint8Array.from(values);
const chances = (...values: number[]) => Float64Array.from(values);

// Few distinct probabilities, so that ties are common.
const rows = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 1 }),
    fc.integer({ min: 0, max: 8 }).map((k) => k / 8),
  ),
  {
    minLength: 1,
    maxLength: 40,
  },
);
const parted = (list: readonly (readonly [number, number])[]) =>
  [labels(...list.map(([l]) => l)), chances(...list.map(([, p]) => p))] as const;

test('ROC-AUC is the share of pairs in the right order, ties counting one half', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const pairs = list
        .filter(([l]) => l === 1)
        .flatMap(([, p]) => list.filter(([l]) => l === 0).map(([, q]) => [p, q] as const));
      const won = pairs.reduce((sum, [p, q]) => sum + (p > q ? 1 : p === q ? 0.5 : 0), 0);
      const area = rocAuc(...parted(list));
      if (pairs.length === 0) expect(area).toBeNull();
      else expect(area).toBeCloseTo(won / pairs.length, 12);
    }),
  );
});

test('log loss, Brier score and calibration error have their known values', () => {
  const [l, p] = [labels(1, 0, 1, 0), chances(0.9, 0.2, 0.6, 0.6)];
  expect(logLoss(l, p)).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.6) + Math.log(0.4)) / 4, 12);
  expect(brierScore(l, p)).toBeCloseTo((0.01 + 0.04 + 0.16 + 0.36) / 4, 12);
  // Bins: [0.9] holds 0.9 against 1; [0.2] 0.2 against 0; [0.6, 0.6] 0.6 against 0.5, twice.
  expect(calibrationError(l, p)).toBeCloseTo((0.1 + 0.2 + 0.2) / 4, 12);
});

test('a certain and wrong answer costs a lot but not infinity', () => {
  expect(logLoss(labels(1, 0), Float32Array.of(0, 1))).toBeCloseTo(-Math.log(1e-15), 9);
});

test('one class only leaves ROC-AUC out and measures the rest', () => {
  const quality = measureQuality(labels(0, 0, 0), chances(0.1, 0.2, 0.3));
  expect(quality).toMatchObject({ rows: 3, positives: 0, rocAuc: null, baseRate: 0 });
  expect(quality.meanPrediction).toBeCloseTo(0.2, 12);
});

test('no rows at all are refused by name', () => {
  expect(() => measureQuality(labels(), chances())).toThrow('PER_MODEL_011');
});

test('the paired difference is the difference of the losses, mirrored when the two change places', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const [l, p] = parted(list);
      const rival = p.map((x) => 0.5 * x + 0.2);
      const forth = pairedDifference(l, p, rival);
      const back = pairedDifference(l, rival, p);
      expect(forth.mean).toBeCloseTo(logLoss(l, p) - logLoss(l, rival), 9);
      expect(forth.low).toBeCloseTo(-back.high, 9);
      expect(forth.low).toBeLessThanOrEqual(forth.mean);
      expect(Object.values(forth).every(Number.isFinite)).toBe(true);
    }),
  );
});

test('the interval is 1.96 standard errors of the row-wise differences', () => {
  // Differences: ln 2 for the first row, 0 for the second.
  const { mean, low, high } = pairedDifference(labels(1, 1), chances(0.25, 0.5), chances(0.5, 0.5));
  const error = Math.LN2 / Math.sqrt(2) / Math.sqrt(2);
  expect(mean).toBeCloseTo(Math.LN2 / 2, 12);
  expect((high - low) / 2).toBeCloseTo(1.959963984540054 * error, 12);
});
