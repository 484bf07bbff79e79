import type { DriftStatistic } from '../../../steps/drift-statistics';
import { countInBins, decileEdges, rowsOf, sharesOf, type ValueCount } from './bins';
import { type ChiSquare, chiSquare, chiSquareChance } from './chi-square';
import { distanceOf } from './distance';
import { kolmogorovSmirnovChance, largestGap } from './kolmogorov-smirnov';
import { lInfinity } from './l-infinity';
import { type Beside, sideBySide } from './side-by-side';
import { areaBetween, perDeviation } from './wasserstein';

/** How one column is distributed over a sample: rows by value, in any order, and rows without one. */
export type ColumnCounts =
  | { readonly kind: 'number'; readonly values: readonly ValueCount<number>[]; readonly missing: number }
  | { readonly kind: 'category'; readonly values: readonly ValueCount<string>[]; readonly missing: number };

/** How far one column has moved. */
export interface ColumnDrift {
  readonly kind: ColumnCounts['kind'];
  /** Rows of each side, those without a value included. */
  readonly rows: { readonly reference: number; readonly current: number };
  /**
   * Every statistic; null where it is not one for this kind of column, or where a side has no row with a value. Missing
   * rows count in `missing-rate` alone: it is the distance between the shares of rows without a value. `new-categories` is
   * the share of the current rows with a value whose value the reference does not have.
   */
  readonly statistics: Readonly<Record<DriftStatistic, number | null>>;
  /** Chances under "nothing has changed". With many rows they are all but zero: read them, decide on statistics. */
  readonly pValues: { readonly 'kolmogorov-smirnov': number | null; readonly 'chi-square': number | null };
  readonly degreesOfFreedom: number | null;
  /** Values that the reference does not have, most frequent first (ties by value): at most 20. */
  readonly newCategories: readonly ValueCount<string>[];
}

const TOLD = 20;

/**
 * Measures how far one column has moved between two samples, by every statistic that fits its kind. Equal counts give
 * equal bits, whatever order they come in.
 *
 * @throws RangeError when one side is of numbers and the other of categories
 * @example
 * const before: ColumnCounts = { kind: 'number', values: [{ value: 1, rows: 90 }, { value: 2, rows: 10 }], missing: 0 };
 * const after: ColumnCounts = { kind: 'number', values: [{ value: 1, rows: 50 }, { value: 2, rows: 50 }], missing: 3 };
 * const { statistics } = compareCounts(before, after);
 * if ((statistics.psi ?? 0) >= 0.2) throw new Error('the column has moved');
 */
export function compareCounts(reference: ColumnCounts, current: ColumnCounts): ColumnDrift {
  const [r, c] = [rowsOf(reference.values), rowsOf(current.values)];
  const rows = { reference: r + reference.missing, current: c + current.missing };
  const missing = rateOf(reference.missing, rows.reference) - rateOf(current.missing, rows.current);
  const nothing = { ...NOTHING, statistics: { ...NOTHING.statistics, 'missing-rate': Math.abs(missing) } };
  const one = { kind: current.kind, rows, ...nothing };
  if (reference.kind === 'number' && current.kind === 'number') {
    return r > 0 && c > 0 ? ofNumbers(one, reference.values, current.values) : one;
  }
  if (reference.kind === 'category' && current.kind === 'category') {
    const values = sideBySide(reference.values, current.values);
    return r > 0 && c > 0 ? ofCategories(one, values, c) : { ...one, newCategories: unseen(values) };
  }
  throw new RangeError(`a ${reference.kind} against a ${current.kind}`);
}

const NOTHING = {
  statistics: {
    psi: null,
    'jensen-shannon': null,
    'kolmogorov-smirnov': null,
    wasserstein: null,
    'wasserstein-per-std': null,
    'chi-square': null,
    'l-infinity': null,
    'missing-rate': null,
    'new-categories': null,
  },
  pValues: { 'kolmogorov-smirnov': null, 'chi-square': null },
  degreesOfFreedom: null,
  newCategories: [],
} as const;

function rateOf(rows: number, of: number): number {
  return of === 0 ? 0 : rows / of;
}

function ofNumbers(
  one: ColumnDrift,
  reference: readonly ValueCount<number>[],
  current: readonly ValueCount<number>[],
): ColumnDrift {
  const [r, c] = [rowsOf(reference), rowsOf(current)];
  const values = sideBySide(reference, current);
  const before = values.flatMap((v) => (v.reference > 0 ? [{ value: v.value, rows: v.reference }] : []));
  const edges = decileEdges(before);
  const { psi, jensenShannon } = distanceOf(countInBins(before, edges), countInBins(current, edges));
  const gap = largestGap(values, r, c);
  const distance = areaBetween(values, r, c);
  return {
    ...one,
    statistics: {
      ...one.statistics,
      psi,
      'jensen-shannon': jensenShannon,
      'kolmogorov-smirnov': gap,
      wasserstein: distance,
      'wasserstein-per-std': perDeviation(distance, before),
    },
    pValues: { ...one.pValues, 'kolmogorov-smirnov': kolmogorovSmirnovChance(gap, r, c) },
  };
}

function ofCategories(one: ColumnDrift, values: readonly Beside<string>[], current: number): ColumnDrift {
  const [before, after] = [values.map((v) => v.reference), values.map((v) => v.current)];
  const { psi, jensenShannon } = distanceOf(before, after);
  const test: ChiSquare = chiSquare(before, after);
  const fresh = values.reduce((sum, v) => (v.reference === 0 ? sum + v.current : sum), 0);
  return {
    ...one,
    statistics: {
      ...one.statistics,
      psi,
      'jensen-shannon': jensenShannon,
      'chi-square': test.statistic,
      'l-infinity': lInfinity(sharesOf(before), sharesOf(after)),
      'new-categories': fresh / current,
    },
    pValues: { ...one.pValues, 'chi-square': chiSquareChance(test) },
    degreesOfFreedom: test.degreesOfFreedom,
    newCategories: unseen(values),
  };
}

function unseen(values: readonly Beside<string>[]): ValueCount<string>[] {
  const fresh = values.flatMap((v) => (v.reference === 0 ? [{ value: v.value, rows: v.current }] : []));
  return fresh.sort((a, b) => b.rows - a.rows).slice(0, TOLD);
}
