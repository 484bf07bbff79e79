import { sameLength } from './psi';

/**
 * Jensen-Shannon distance of two distributions over the same bins: the square root of the mean divergence of each from
 * their middle (Endres & Schindelin 2003, A new metric for probability distributions). No share is floored.
 *
 * @param base of the logarithm. 2 (default, NannyML's too): from 0 (equal) to 1 (nothing in common). `e` (scipy's and
 * Evidently's): up to 0.8326, which is the same distance times the root of ln 2.
 * @throws RangeError when two distributions do not have the same bins
 * @example
 * const distance = jensenShannonDistance([0.5, 0.5], [0.4, 0.6]);
 */
export function jensenShannonDistance(
  reference: readonly number[],
  current: readonly number[],
  base: 2 | 'e' = 2,
): number {
  sameLength(reference, current);
  let divergence = 0;
  reference.forEach((r, bin) => {
    const c = current[bin] ?? 0;
    const middle = (r + c) / 2;
    if (r > 0) divergence += (r * Math.log2(r / middle)) / 2;
    if (c > 0) divergence += (c * Math.log2(c / middle)) / 2;
  });
  // Rounding may leave a trace below zero where both are equal.
  return Math.sqrt(Math.max(0, divergence) * (base === 2 ? 1 : Math.LN2));
}
