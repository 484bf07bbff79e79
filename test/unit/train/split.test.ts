// Danger: a split that is not the best one, or that sends missing values or unseen categories to a side by accident,
// makes every model a little worse and fails nothing.
import fc from 'fast-check';
import { cutValues, type BinnedFeature } from '../../../activities/train/gbdt/bins';
import { findSplit, sumBins } from '../../../activities/train/gbdt/split';

const limits = { lambda: 1, minRowsInLeaf: 1 };
const numeric = (bins: number): BinnedFeature => ({
  name: 'x',
  kind: 'number',
  bins,
  missing: bins - 1,
  cuts: Float32Array.from({ length: bins - 2 }, (_, i) => i),
});
const category = (bins: number): BinnedFeature => ({
  name: 'c',
  kind: 'category',
  bins,
  missing: -1,
  cuts: new Float32Array(0),
});

/** A histogram from (gradient, rows) by bin; every row has hessian 1/4. */
const histogram = (bins: readonly (readonly [number, number])[]) =>
  Float64Array.from(bins.flatMap(([g, n]) => [g, n / 4, n]));

function split(feature: BinnedFeature, bins: readonly (readonly [number, number])[], rules = limits) {
  const h = histogram(bins);
  return findSplit(h, [feature], [0, feature.bins], sumBins(h, 0, feature.bins), rules);
}

function gainOf(bins: readonly (readonly [number, number])[], goesLeft: ArrayLike<number>): number {
  let [gl, hl, gr, hr] = [0, 0, 0, 0];
  bins.forEach(([g, n], b) => {
    if (goesLeft[b] === 1) [gl, hl] = [gl + g, hl + n / 4];
    else [gr, hr] = [gr + g, hr + n / 4];
  });
  return gl ** 2 / (hl + 1) + gr ** 2 / (hr + 1) - (gl + gr) ** 2 / (hl + hr + 1);
}

const bin = fc
  .tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 30 }))
  .map(([g, n]) => [n === 0 ? 0 : g, n] as const);

test('the best threshold, with missing values tried on both sides, is found', () => {
  fc.assert(
    fc.property(fc.array(bin, { minLength: 3, maxLength: 8 }), (bins) => {
      const last = bins.length - 1;
      const all = Array.from({ length: last }, (_, place) =>
        [0, 1].map((m) => bins.map((_b, b) => (b === last ? m : Number(b <= place)))),
      ).flat();
      const rows = (side: readonly number[], s: number) =>
        bins.reduce((sum, [, n], b) => sum + (side[b] === s ? n : 0), 0);
      const allowed = all.filter((side) => rows(side, 1) > 0 && rows(side, 0) > 0);
      const best = Math.max(0, ...allowed.map((side) => gainOf(bins, side)));
      const found = split(numeric(bins.length), bins);
      expect(found?.gain ?? 0).toBeCloseTo(best, 6);
      if (found) expect(gainOf(bins, found.goesLeft)).toBeCloseTo(found.gain, 6);
    }),
  );
});

test('a set of categories is a prefix of their ranking, however many there are', () => {
  const bins = Array.from({ length: 1_000 }, (_, b) => [b % 3 === 0 ? 8 : -4, 40] as const);
  const found = split(category(1_000), bins);
  expect(found && [...found.goesLeft]).toEqual(bins.map(([g]) => Number(g < 0)));
});

test('what no row of a leaf has goes where most rows go', () => {
  const sparse = [
    [0, 0],
    [-30, 100],
    [20, 40],
    [0, 0],
  ] as const;
  expect([...(split(category(4), sparse)?.goesLeft ?? [])]).toEqual([1, 1, 0, 1]);
  expect(split(numeric(4), sparse)?.missingLeft).toBe(true);
  const reverse = [
    [0, 0],
    [-30, 40],
    [20, 100],
    [0, 0],
  ] as const;
  expect([...(split(category(4), reverse)?.goesLeft ?? [])]).toEqual([0, 1, 0, 0]);
  expect(split(numeric(4), reverse)?.missingLeft).toBe(false);
});

test('no split leaves fewer rows on a side than allowed, or gains nothing', () => {
  const bins = [
    [-9, 3],
    [9, 100],
    [0, 0],
  ] as const;
  expect(split(numeric(3), bins)).not.toBeNull();
  expect(split(numeric(3), bins, { lambda: 1, minRowsInLeaf: 4 })).toBeNull();
  expect(
    split(numeric(3), [
      [0, 50],
      [0, 50],
      [0, 0],
    ]),
  ).toBeNull();
});

test('cuts part neighbouring values and are float32 themselves', () => {
  const value = fc.float({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.integer({ min: 2, max: 20 }), (values, bins) => {
      const cuts = cutValues(Float32Array.from(values), bins);
      expect(cuts.length).toBeLessThan(bins);
      const distinct = [...new Set(Float32Array.from(values))].sort((a, b) => a - b);
      cuts.forEach((cut, i) => {
        expect(i === 0 || cut > (cuts[i - 1] ?? 0)).toBe(true);
        expect(distinct.some((v) => v <= cut) && distinct.some((v) => v > cut)).toBe(true);
      });
      if (distinct.length <= bins) expect(cuts.length).toBe(new Set(distinct.map((v) => v + 0)).size - 1);
    }),
  );
});
