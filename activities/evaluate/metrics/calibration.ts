import type { Probabilities } from './log-loss';

const BINS = 10;

/**
 * Expected calibration error: over ten bins of equal width, the distance between mean probability and share of
 * positives, weighted by rows (Naeini, Cooper & Hauskrecht 2015; Guo et al. 2017, equation 3).
 */
export function calibrationError(labels: Uint8Array, probabilities: Probabilities): number {
  const excess = new Float64Array(BINS);
  for (let row = 0; row < labels.length; row++) {
    const p = probabilities[row] ?? NaN;
    const bin = Math.min(BINS - 1, Math.floor(p * BINS));
    excess[bin] = (excess[bin] ?? 0) + p - (labels[row] ?? 0);
  }
  // Rows times |mean p - share| is |sum of p - sum of labels|.
  return excess.reduce((sum, x) => sum + Math.abs(x), 0) / labels.length;
}
