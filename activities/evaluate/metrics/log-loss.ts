/** Probabilities by row, float32 or float64, each from 0 to 1. */
export type Probabilities = Float32Array | Float64Array;

/** Keeps the loss of a certain and wrong answer finite. */
const SMALLEST = 1e-15;

/** Log loss of one row: `-log p` of what happened, in nats. */
export function rowLoss(label: number, probability: number): number {
  const p = label === 1 ? probability : 1 - probability;
  return -Math.log(Math.max(SMALLEST, p));
}

/** Mean log loss over the rows, in nats (Good 1952, Rational decisions). */
export function logLoss(labels: Uint8Array, probabilities: Probabilities): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += rowLoss(labels[row] ?? 0, probabilities[row] ?? NaN);
  return sum / labels.length;
}
