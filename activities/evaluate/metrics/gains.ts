import type { Probabilities } from './log-loss';

/** Points of the gains curve: every twentieth of the rows. */
const POINTS = 20;

/**
 * The cumulative gains curve: which share of the positives lies among the highest-scored 1/20, 2/20, ... of the rows.
 * Rows of equal score count as if in every order at once, so the curve does not depend on the order of the rows.
 *
 * @returns null without a positive
 */
export function cumulativeGains(labels: Uint8Array, probabilities: Probabilities): number[] | null {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0) return null;
  const order = Uint32Array.from(labels.keys()).sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
  const gains: number[] = [];
  let taken = 0;
  let caught = 0;
  while (taken < order.length) {
    const score = probabilities[order[taken] ?? 0];
    let [tied, tiedPositives] = [0, 0];
    for (let row = order[taken]; row !== undefined && probabilities[row] === score; row = order[taken + tied]) {
      tiedPositives += labels[row] ?? 0;
      tied++;
    }
    if (tied === 0) return null;
    while (gains.length < POINTS) {
      const cut = (order.length * (gains.length + 1)) / POINTS;
      if (cut > taken + tied) break;
      const share = (caught + (tiedPositives * (cut - taken)) / tied) / positives;
      gains.push(Number(share.toPrecision(9)));
    }
    taken += tied;
    caught += tiedPositives;
  }
  return gains;
}

/**
 * Share of the positives that an alert budget catches, read off a gains curve (between its points, on the straight line).
 *
 * @param budget share of the rows, above 0 and below 1
 */
export function caughtAt(gains: readonly number[], budget: number): number {
  const place = budget * gains.length;
  const low = Math.floor(place);
  const [before, after] = [low === 0 ? 0 : (gains[low - 1] ?? 1), gains[low] ?? 1];
  return Number((before + (after - before) * (place - low)).toPrecision(9));
}
