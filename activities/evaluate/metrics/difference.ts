import type { Difference } from '../../../steps/evaluate';
import { type Probabilities, rowLoss } from './log-loss';
import { Z_95 } from './normal';

/**
 * Mean difference of log loss, candidate minus rival, on the same rows, with a 95 % interval from the spread of the
 * row-wise differences (paired comparison by the central limit theorem; Diebold & Mariano 1995 without lags). Rows
 * are taken as independent. Below zero the candidate is better.
 */
export function pairedDifference(labels: Uint8Array, candidate: Probabilities, rival: Probabilities): Difference {
  const rows = labels.length;
  const differences = new Float64Array(rows);
  let mean = 0;
  for (let row = 0; row < rows; row++) {
    const label = labels[row] ?? 0;
    const difference = rowLoss(label, candidate[row] ?? NaN) - rowLoss(label, rival[row] ?? NaN);
    differences[row] = difference;
    mean += difference / rows;
  }
  let squares = 0;
  for (const difference of differences) squares += (difference - mean) ** 2;
  const error = rows > 1 ? Math.sqrt(squares / (rows - 1) / rows) : Infinity;
  // One row says nothing about spread, and JSON has no infinity: the widest interval that log loss allows.
  const half = Number.isFinite(error) ? Z_95 * error : -Math.log(Number.MIN_VALUE);
  return { mean, low: mean - half, high: mean + half };
}
