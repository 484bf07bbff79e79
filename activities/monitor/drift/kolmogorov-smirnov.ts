import { rowsOf, type ValueCount } from './bins';
import { type Beside, sideBySide } from './side-by-side';

/**
 * Two-sample Kolmogorov-Smirnov statistic: the largest distance between the two empirical distribution functions, from
 * 0 to 1 (Smirnov 1939; as `scipy.stats.ks_2samp`). NaN when a side has no row.
 *
 * @param reference in any order
 * @example
 * const distance = kolmogorovSmirnov([{ value: 1, rows: 3 }], [{ value: 1, rows: 1 }, { value: 2, rows: 1 }]);
 */
export function kolmogorovSmirnov(
  reference: readonly ValueCount<number>[],
  current: readonly ValueCount<number>[],
): number {
  return largestGap(sideBySide(reference, current), rowsOf(reference), rowsOf(current));
}

/** The same over values that stand side by side already, in ascending order. */
export function largestGap(values: readonly Beside<number>[], ofReference: number, ofCurrent: number): number {
  if (ofReference === 0 || ofCurrent === 0) return NaN;
  let [r, c, largest] = [0, 0, 0];
  for (const { reference, current } of values) {
    r += reference;
    c += current;
    largest = Math.max(largest, Math.abs(r / ofReference - c / ofCurrent));
  }
  return largest;
}

/**
 * Chance of a Kolmogorov-Smirnov statistic at least this large between samples of one continuous distribution, by
 * Kolmogorov's limit `2 sum (-1)^(k-1) exp(-2 k^2 n D^2)` with `n = rc / (r + c)` (Smirnov 1948). It is for large samples:
 * scipy refines it, so that a very small chance differs by some per cent. With ties the true chance is smaller. With many
 * rows every difference is significant: no decision here rests on it.
 *
 * @param statistic what {@link kolmogorovSmirnov} gives
 */
export function kolmogorovSmirnovChance(statistic: number, ofReference: number, ofCurrent: number): number {
  const exponent = 2 * statistic ** 2 * ((ofReference / (ofReference + ofCurrent)) * ofCurrent);
  // The series converges slowly where the chance is all but one.
  if (exponent < 0.04) return 1;
  let chance = 0;
  for (let k = 1; k <= 100; k++) {
    const term = 2 * Math.exp(-(k ** 2) * exponent);
    chance += k % 2 === 1 ? term : -term;
    if (term < 1e-17 * chance) break;
  }
  return Math.min(1, Math.max(0, chance));
}
