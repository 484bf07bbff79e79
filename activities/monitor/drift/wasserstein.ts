import { ascending, rowsOf, type ValueCount } from './bins';
import { type Beside, sideBySide } from './side-by-side';

/** The least deviation that a distance is divided by: Evidently's, so that a constant reference gives a finite figure. */
const LEAST_DEVIATION = 0.001;

/**
 * First Wasserstein distance: the area between the two empirical distribution functions, in the unit of the values
 * (Vallender 1974; as `scipy.stats.wasserstein_distance`). NaN when a side has no row.
 *
 * @param reference in any order
 * @example
 * const minutes = wasserstein([{ value: 10, rows: 3 }], [{ value: 12, rows: 5 }]);
 */
export function wasserstein(reference: readonly ValueCount<number>[], current: readonly ValueCount<number>[]): number {
  return areaBetween(sideBySide(reference, current), rowsOf(reference), rowsOf(current));
}

/** The same over values that stand side by side already, in ascending order. */
export function areaBetween(values: readonly Beside<number>[], ofReference: number, ofCurrent: number): number {
  if (ofReference === 0 || ofCurrent === 0) return NaN;
  let [r, c, area] = [0, 0, 0];
  values.forEach(({ value, reference, current }, i) => {
    r += reference;
    c += current;
    const next = values[i + 1];
    if (next) area += Math.abs(r / ofReference - c / ofCurrent) * (next.value - value);
  });
  return area;
}

/**
 * Wasserstein distance in standard deviations of the reference, which are taken as 0.001 at least: Evidently's default
 * for numbers, with 0.1 as its threshold.
 *
 * @param distance what {@link wasserstein} gives
 */
export function perDeviation(distance: number, reference: readonly ValueCount<number>[]): number {
  return distance / Math.max(standardDeviation(reference), LEAST_DEVIATION);
}

/** Standard deviation over the rows (divided by their number, not by one less; as numpy's). In two passes, in ascending order. */
export function standardDeviation(values: readonly ValueCount<number>[]): number {
  const sorted = ascending(values);
  const rows = rowsOf(sorted);
  const mean = sorted.reduce((sum, v) => sum + v.value * v.rows, 0) / rows;
  return Math.sqrt(sorted.reduce((sum, v) => sum + (v.value - mean) ** 2 * v.rows, 0) / rows);
}
