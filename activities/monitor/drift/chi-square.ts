import { sameLength } from './psi';

/** A chi-square test of two samples. */
export interface ChiSquare {
  readonly statistic: number;
  /** Categories that any side has, less one. */
  readonly degreesOfFreedom: number;
}

/**
 * Pearson's chi-square statistic of homogeneity for rows by category in two samples, without Yates' correction (Pearson
 * 1900; as `scipy.stats.chi2_contingency(..., correction=False)`). It grows with the rows: compare it between samples of
 * the same size, or use a distance. NaN when a side has no row.
 *
 * @param reference rows by category, in the same order as `current`
 * @throws RangeError when the sides do not have the same categories
 * @example
 * const { statistic, degreesOfFreedom } = chiSquare([60, 40], [55, 45]);
 */
export function chiSquare(reference: readonly number[], current: readonly number[]): ChiSquare {
  sameLength(reference, current);
  const [r, c] = [total(reference), total(current)];
  let [statistic, categories] = [0, 0];
  reference.forEach((ofReference, i) => {
    const ofCurrent = current[i] ?? 0;
    const both = ofReference + ofCurrent;
    if (both === 0) return;
    categories++;
    // Both cells of a column deviate by the same; the sum of their terms in one.
    const expected = (both * r) / (r + c);
    const deviation = ofReference - expected;
    statistic += (deviation ** 2 * (r + c)) / expected / c;
  });
  if (r === 0 || c === 0) return { statistic: NaN, degreesOfFreedom: Math.max(0, categories - 1) };
  return { statistic, degreesOfFreedom: categories - 1 };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, n) => sum + n, 0);
}

/**
 * Chance of a chi-square statistic at least this large between samples of one distribution: the upper regularised
 * incomplete gamma function (Press et al. 2007, Numerical recipes, 6.2). 0 below some 1e-308. It holds where few categories
 * are expected to have less than five rows. With many rows every difference is significant: no decision here rests on it.
 */
export function chiSquareChance({ statistic, degreesOfFreedom }: ChiSquare): number {
  if (degreesOfFreedom === 0 || statistic === 0) return 1;
  return upperGamma(degreesOfFreedom / 2, statistic / 2);
}

function upperGamma(a: number, x: number): number {
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; n < 10_000 && term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - scale * sum;
  }
  // Lentz's form of the continued fraction.
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    b += 2;
    d = 1 / (b - n * (n - a) * d);
    c = b - (n * (n - a)) / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return scale * fraction;
}

/** Stirling's series above 10, by recurrence below (Abramowitz & Stegun 1964, 6.1.41). */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
