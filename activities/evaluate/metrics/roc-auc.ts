import type { Probabilities } from './log-loss';

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, equal scores counting one half
 * (Mann-Whitney U over the number of pairs; Fawcett 2006, An introduction to ROC analysis).
 *
 * @returns null with one class only: there is no pair to compare.
 */
export function rocAuc(labels: Uint8Array, probabilities: Probabilities): number | null {
  const positives = scoresOf(labels, probabilities, 1);
  const negatives = scoresOf(labels, probabilities, 0);
  if (positives.length === 0 || negatives.length === 0) return null;
  let below = 0;
  let upTo = 0;
  let wins = 0;
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] ?? 0) < score) below++;
    while (upTo < negatives.length && (negatives[upTo] ?? 0) <= score) upTo++;
    wins += (below + upTo) / 2;
  }
  return wins / positives.length / negatives.length;
}

/** The scores of one class, ascending. */
function scoresOf(labels: Uint8Array, probabilities: Probabilities, label: number): Float64Array {
  const scores = new Float64Array(labels.length);
  let count = 0;
  labels.forEach((l, row) => {
    if (l === label) scores[count++] = probabilities[row] ?? NaN;
  });
  return scores.subarray(0, count).sort();
}
