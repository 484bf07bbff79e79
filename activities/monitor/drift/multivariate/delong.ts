/** An area under the ROC curve with its variance. */
export interface AucEstimate {
  readonly auc: number;
  /** DeLong's: of the estimate, over the rows of both classes. */
  readonly variance: number;
}

/**
 * Area under the ROC curve of scores, and its variance without an assumption on how they are distributed (DeLong, DeLong
 * & Clarke-Pearson 1988, Comparing the areas under two or more correlated receiver operating characteristic curves).
 * Equal scores count one half.
 *
 * @returns null with fewer than two rows of a class
 * @example
 * const estimate = aucWithVariance([0.9, 0.8, 0.4], [0.5, 0.3, 0.2]);
 */
export function aucWithVariance(positives: readonly number[], negatives: readonly number[]): AucEstimate | null {
  if (positives.length < 2 || negatives.length < 2) return null;
  const ofPositives = sharesBelow(positives, negatives);
  const ofNegatives = sharesBelow(negatives, positives).map((share) => 1 - share);
  const auc = mean(ofPositives);
  return { auc, variance: spread(ofPositives, auc) / positives.length + spread(ofNegatives, auc) / negatives.length };
}

/** For each value the share of the others below it, equal ones counting one half. */
function sharesBelow(values: readonly number[], others: readonly number[]): number[] {
  const sorted = Float64Array.from(others).sort();
  const before = (value: number, inclusive: boolean): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = sorted[middle] ?? NaN;
      if (inclusive ? at <= value : at < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return values.map((value) => (before(value, false) + before(value, true)) / 2 / sorted.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(values: readonly number[], around: number): number {
  return values.reduce((sum, value) => sum + (value - around) ** 2, 0) / (values.length - 1);
}
