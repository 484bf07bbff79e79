import { sameLength } from './psi';

/**
 * L-infinity distance of two distributions over the same categories: the largest difference of one category's share, from
 * 0 to 1 (Breck et al. 2019, Data validation for machine learning; TensorFlow Data Validation's measure for categories).
 *
 * @throws RangeError when two distributions do not have the same categories
 * @example
 * const distance = lInfinity([0.5, 0.5], [0.4, 0.6]);
 */
export function lInfinity(reference: readonly number[], current: readonly number[]): number {
  sameLength(reference, current);
  return reference.reduce((largest, share, i) => Math.max(largest, Math.abs(share - (current[i] ?? 0))), 0);
}
