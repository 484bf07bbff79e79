// Danger: a statistic is right on large smooth samples and wrong at the rim: an empty side, one value, missing rows, new
// values, small counts.
import fc from 'fast-check';
import type { ValueCount } from '../../../activities/monitor/drift/bins';
import { chiSquare, chiSquareChance } from '../../../activities/monitor/drift/chi-square';
import { type ColumnCounts, compareCounts } from '../../../activities/monitor/drift/compare';
import { kolmogorovSmirnov, kolmogorovSmirnovChance } from '../../../activities/monitor/drift/kolmogorov-smirnov';
import { lInfinity } from '../../../activities/monitor/drift/l-infinity';
import { perDeviation, standardDeviation, wasserstein } from '../../../activities/monitor/drift/wasserstein';

const counted = <V>(values: readonly V[]): ValueCount<V>[] => values.map((value) => ({ value, rows: 1 }));
const numbers = (values: readonly number[], missing = 0): ColumnCounts => ({
  kind: 'number',
  values: counted(values),
  missing,
});
const texts = (values: readonly string[], missing = 0): ColumnCounts => ({
  kind: 'category',
  values: counted(values),
  missing,
});

// What scipy 1.17 gives.
test('small samples with ties have the figures of scipy', () => {
  const [a, b] = [counted([5, 1, 1, 2]), counted([9, 3, 1, 3, 9])];
  expect(kolmogorovSmirnov(a, b)).toBeCloseTo(0.55, 14);
  expect(wasserstein(a, b)).toBeCloseTo(2.75, 14);
  expect(chiSquare([60, 40], [55, 45]).statistic).toBeCloseTo(0.5115089514066496, 13);
  expect(chiSquare([6, 40, 3, 0], [55, 45, 0, 0])).toEqual({
    statistic: expect.closeTo(28.542327750772436, 12) as number,
    degreesOfFreedom: 2,
  });
});

test.each([
  [3.84145882, 1, 0.0500000000206984],
  [10, 5, 0.07523524614651217],
  [2, 5, 0.8491450360846096],
  [0.3, 1, 0.583882420770365],
  [250, 227, 0.14095487573825768],
  [200, 227, 0.901405084277837],
  [500, 227, 1.3497037765640982e-22],
])('chi-square of %d on %d degrees has the chance that scipy gives', (statistic, degreesOfFreedom, chance) => {
  expect(Math.abs(chiSquareChance({ statistic, degreesOfFreedom }) / chance - 1)).toBeLessThan(1e-9);
});

test.each([
  [1.36, 0.049485876755377876],
  [0.5, 0.9639452436648751],
  [2, 0.0006709252557796953],
])('a Kolmogorov-Smirnov statistic of %d standard units has the limiting chance', (units, chance) => {
  const rows = 2_000;
  expect(kolmogorovSmirnovChance(units / Math.sqrt(rows / 2), rows, rows)).toBeCloseTo(chance, 12);
});

test('a Wasserstein distance is what everything was moved by', () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, fc.integer({ min: -9, max: 9 }), (list, by) => {
      const moved = counted(list.map((value) => value + by));
      expect(wasserstein(counted(list), moved)).toBeCloseTo(Math.abs(by), 9);
      expect(standardDeviation(moved)).toBeCloseTo(standardDeviation(counted(list)), 9);
    }),
  );
});

test('whatever the order of the counts, and however a value is cut up, the bits are the same', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const doubled = (list: readonly number[]): ColumnCounts => numbers([...list, ...list]);
      const whole = (list: readonly number[]): ColumnCounts => ({
        kind: 'number',
        values: [...list].reverse().map((value) => ({ value, rows: 2 })),
        missing: 0,
      });
      expect(compareCounts(whole(a), whole(b))).toEqual(compareCounts(doubled(a), doubled(b)));
    }),
  );
});

test('a constant reference gives a finite distance in deviations, as in Evidently', () => {
  expect(perDeviation(2, counted([7, 7]))).toBe(2_000);
});

test('missing rows count in the missing rate alone', () => {
  const without = compareCounts(numbers([1, 2, 3]), numbers([1, 2, 4]));
  const within = compareCounts(numbers([1, 2, 3], 1), numbers([1, 2, 4], 3));
  expect(within.statistics).toEqual({ ...without.statistics, 'missing-rate': 0.25 });
  expect(within.rows).toEqual({ reference: 4, current: 6 });
});

test('new values are told, the most frequent first, with their share', () => {
  const { statistics, newCategories } = compareCounts(texts(['a', 'b']), texts(['a', 'd', 'c', 'c'], 6));
  expect(newCategories).toEqual([
    { value: 'c', rows: 2 },
    { value: 'd', rows: 1 },
  ]);
  expect(statistics['new-categories']).toBe(0.75);
  expect(statistics['l-infinity']).toBe(lInfinity([0.5, 0.5, 0, 0], [0.25, 0, 0.5, 0.25]));
});

test('a side without any value has a missing rate and no other figure', () => {
  for (const [before, after] of [
    [numbers([1]), numbers([], 5)],
    [texts([], 5), texts(['a'])],
  ] as const) {
    const { statistics, pValues } = compareCounts(before, after);
    const { 'missing-rate': rate, ...others } = statistics;
    expect(rate).toBe(1);
    expect(new Set([...Object.values(others), ...Object.values(pValues)])).toEqual(new Set([null]));
  }
});

test('numbers against categories are refused', () => {
  expect(() => compareCounts(numbers([1]), texts(['a']))).toThrow('a number against a category');
});
