/** What a detector makes of a stream so far. `warning` only from detectors that have a warning zone. */
export type Signal = 'stable' | 'warning' | 'drift';

/**
 * Watches a stream for a change, one value at a time. After a `drift` it starts anew with the next value and knows nothing
 * of what was before, as river's detectors do.
 */
export interface Detector {
  update(value: number): Signal;
}

/** Where a stream changed: the positions of the values at which a detector said so, from 0. */
export interface Detections {
  readonly drifts: readonly number[];
  readonly warnings: readonly number[];
}

/**
 * Feeds a whole stream to a detector.
 *
 * @example
 * const { drifts } = detectIn([0, 0, 1, 0, 1, 1, 1], ddm({ warmStart: 3 }));
 */
export function detectIn(values: Iterable<number>, detector: Detector): Detections {
  const drifts: number[] = [];
  const warnings: number[] = [];
  let place = 0;
  for (const value of values) {
    const signal = detector.update(value);
    if (signal === 'drift') drifts.push(place);
    if (signal === 'warning') warnings.push(place);
    place++;
  }
  return { drifts, warnings };
}

/** A mean of what was seen so far, by West's update (1979). */
export interface RunningMean {
  readonly n: number;
  readonly mean: number;
}

export const NO_MEAN: RunningMean = { n: 0, mean: 0 };

export function withValue({ n, mean }: RunningMean, value: number): RunningMean {
  return { n: n + 1, mean: mean + (1 / (n + 1)) * (value - mean) };
}
