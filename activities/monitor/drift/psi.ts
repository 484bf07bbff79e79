/** The smallest share that either side is taken to have: keeps an empty bin from counting as infinitely far. */
export const SMALLEST_SHARE = 1e-4;

/**
 * Population stability index of two distributions over the same bins: `sum (c - r) ln(c / r)` over shares floored at
 * 1e-4 and not scaled again (Siddiqi 2006, Credit risk scorecards; the floor is this project's choice and moves the
 * figure). 0 for equal ones. Rules of thumb: below 0.1 little, above 0.2 or 0.25 a shift.
 *
 * @param floor the smallest share that either side is taken to have
 * @throws RangeError when two distributions do not have the same bins
 * @example
 * const psi = populationStabilityIndex([0.5, 0.5], [0.4, 0.6]);
 */
export function populationStabilityIndex(
  reference: readonly number[],
  current: readonly number[],
  floor = SMALLEST_SHARE,
): number {
  sameLength(reference, current);
  return reference.reduce((sum, share, bin) => {
    const r = Math.max(share, floor);
    const c = Math.max(current[bin] ?? 0, floor);
    return sum + (c - r) * Math.log(c / r);
  }, 0);
}

/** @throws RangeError when two distributions do not have the same bins */
export function sameLength(a: readonly number[], b: readonly number[]): void {
  if (a.length !== b.length) throw new RangeError(`${a.length} bins against ${b.length}`);
}
