// Danger: a distance that is negative, not zero for equals, or infinite for an empty bin turns a monitor on or off for good.
import fc from 'fast-check';
import { countInBins, decileEdges } from '../../../activities/monitor/drift/bins';
import { type ColumnCounts, compareCounts } from '../../../activities/monitor/drift/compare';
import { distanceOf } from '../../../activities/monitor/drift/distance';

const counts = (bins: number) => fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: bins, maxLength: bins });
const pairs = fc.integer({ min: 1, max: 12 }).chain((bins) => fc.tuple(counts(bins), counts(bins)));
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

test('both measures are finite, symmetric, not negative, and zero between equals', () => {
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      fc.pre(sum(a) > 0 && sum(b) > 0);
      const [there, back, self] = [distanceOf(a, b), distanceOf(b, a), distanceOf(a, a)];
      for (const d of [there.psi, there.jensenShannon]) expect(d).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(there.psi)).toBe(true);
      expect(there.jensenShannon).toBeLessThanOrEqual(1 + 1e-12);
      expect(there.psi).toBeCloseTo(back.psi, 9);
      expect(there.jensenShannon).toBeCloseTo(back.jensenShannon, 7);
      expect([self.psi, self.jensenShannon]).toEqual([0, 0]);
    }),
  );
});

const tally = fc.integer({ min: 1, max: 1_000 });
const numbers = fc.uniqueArray(
  fc.record({ value: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), rows: tally }),
  { minLength: 1, maxLength: 40, selector: ({ value }) => value },
);
const categories = fc.uniqueArray(fc.record({ value: fc.string({ maxLength: 4 }), rows: tally }), {
  minLength: 1,
  maxLength: 40,
  selector: ({ value }) => value,
});
const missing = fc.nat({ max: 100 });
const columns = fc.oneof(
  fc.record<ColumnCounts>({ kind: fc.constant('number'), values: numbers, missing }),
  fc.record<ColumnCounts>({ kind: fc.constant('category'), values: categories, missing }),
);

/** The same rows, counted in another order. */
function turned(column: ColumnCounts): ColumnCounts {
  return column.kind === 'number'
    ? { ...column, values: [...column.values].reverse() }
    : { ...column, values: [...column.values].reverse() };
}

test('a sample has not drifted from itself by any statistic, and its chances are one', () => {
  const seen = { number: 0, category: 0 };
  fc.assert(
    fc.property(columns, (column) => {
      const { statistics, pValues } = compareCounts(column, turned(column));
      const { 'wasserstein-per-std': perStd, ...rest } = statistics;
      seen[column.kind] += 1;
      if (column.kind === 'number') {
        expect([rest['kolmogorov-smirnov'], rest.wasserstein, pValues['kolmogorov-smirnov']]).toEqual([0, 0, 1]);
        // A sample that is one value all over has no deviation to measure by.
        expect([0, null]).toContain(perStd);
      } else {
        expect([rest['chi-square'], rest['l-infinity']]).toEqual([0, 0]);
        expect(pValues['chi-square']).toBe(1);
      }
      expect([rest.psi, rest['jensen-shannon'], rest['missing-rate']]).toEqual([0, 0, 0]);
    }),
  );
  expect(Math.min(seen.number, seen.category)).toBeGreaterThan(10);
});

test('samples with nothing in common are one apart in Jensen-Shannon', () => {
  expect(distanceOf([5, 0], [0, 9]).jensenShannon).toBeCloseTo(1, 12);
});

test('scaling a sample changes nothing', () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: 2, max: 9 }), ([a, b], k) => {
      fc.pre(sum(a) > 0 && sum(b) > 0);
      expect(
        distanceOf(
          a,
          b.map((n) => n * k),
        ).psi,
      ).toBeCloseTo(distanceOf(a, b).psi, 9);
    }),
  );
});

test('a value on an edge belongs to the bin below, and every value to one bin', () => {
  const values = [-9, 1, 1.5, 2, 99].map((value) => ({ value, rows: 1 }));
  expect(countInBins(values, [1, 2])).toEqual([2, 2, 1]);
  expect(countInBins(values, [])).toEqual([5]);
});

test('a constant sample has one edge; an empty one has none', () => {
  expect(decileEdges([{ value: 7, rows: 100 }])).toEqual([7]);
  expect(decileEdges([])).toEqual([]);
});

test('deciles lie where they lie without counting by value', () => {
  const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, (list) => {
      const sorted = [...list].sort((a, b) => a - b);
      const at = (share: number): number => {
        const place = (sorted.length - 1) * share;
        const low = Math.floor(place);
        const [a = 0, b = a] = [sorted[low], sorted[Math.min(low + 1, sorted.length - 1)]];
        return a + (b - a) * (place - low);
      };
      const wanted = [...new Set([1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => at(tenth / 10)))];
      expect(decileEdges(list.map((value) => ({ value, rows: 1 })))).toEqual(wanted);
    }),
  );
});
