import { perennialError } from '../../../core/errors';
import type { Quality } from '../../../steps/evaluate';
import { calibrationError } from './calibration';
import { cumulativeGains } from './gains';
import { logLoss, type Probabilities } from './log-loss';
import { rocAuc } from './roc-auc';

/**
 * All figures of one set of probabilities. With one class only, `rocAuc` is null and the rest holds.
 *
 * @param labels 0 or 1 by row
 * @throws PER_MODEL_011 without any row.
 */
export function measureQuality(labels: Uint8Array, probabilities: Probabilities): Quality {
  const rows = labels.length;
  if (rows === 0) throw perennialError('PER_MODEL_011', 'There is no row with a label and a probability.');
  if (probabilities.length !== rows) throw new RangeError(`${probabilities.length} probabilities for ${rows} labels`);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  let predicted = 0;
  for (const p of probabilities) predicted += p;
  return {
    rows,
    positives,
    logLoss: logLoss(labels, probabilities),
    brier: brierScore(labels, probabilities),
    rocAuc: rocAuc(labels, probabilities),
    meanPrediction: predicted / rows,
    baseRate: positives / rows,
    calibrationError: calibrationError(labels, probabilities),
    gains: cumulativeGains(labels, probabilities),
  };
}

/** Mean squared distance between probability and outcome (Brier 1950). */
export function brierScore(labels: Uint8Array, probabilities: Probabilities): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += ((probabilities[row] ?? NaN) - (labels[row] ?? 0)) ** 2;
  return sum / labels.length;
}
