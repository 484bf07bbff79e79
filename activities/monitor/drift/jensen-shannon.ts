import { sameLength } from './psi';

/**
 * Jensen-Shannon distance of two distributions over the same bins, base 2: the square root of the mean divergence of
 * each from their middle (Endres & Schindelin 2003). From 0 (equal) to 1 (nothing in common); no share is floored.
 */
export function jensenShannonDistance(reference: readonly number[], current: readonly number[]): number {
  sameLength(reference, current);
  let divergence = 0;
  reference.forEach((r, bin) => {
    const c = current[bin] ?? 0;
    const middle = (r + c) / 2;
    if (r > 0) divergence += (r * Math.log2(r / middle)) / 2;
    if (c > 0) divergence += (c * Math.log2(c / middle)) / 2;
  });
  // Rounding may leave a trace below zero where both are equal.
  return Math.sqrt(Math.max(0, divergence));
}
