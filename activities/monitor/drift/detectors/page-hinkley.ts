import { type Detector, NO_MEAN, withValue } from './detector';

export interface PageHinkleyOptions {
  /** Values before the first judgement; default 30. */
  readonly minRows?: number;
  /** What a value may lie off the mean without counting; default 0.005. */
  readonly delta?: number;
  /** The sum of deviations beyond which it is a drift; default 50. In the unit of the values: choose it to fit them. */
  readonly threshold?: number;
  /** What is left of the sum at each value; default 0.9999. */
  readonly alpha?: number;
  /** Which change counts; default `both`. */
  readonly mode?: 'up' | 'down' | 'both';
}

/**
 * Page-Hinkley test (Page 1954, Continuous inspection schemes): the values since some point lie above, or below, the mean
 * so far. For any numbers. Defaults and arithmetic as in river 0.26, where the sum for falls begins at -1.
 *
 * @example
 * const detector = pageHinkley({ threshold: 20, mode: 'up' });
 * const signal = detector.update(12.5);
 */
export function pageHinkley(options: PageHinkleyOptions = {}): Detector {
  const { minRows = 30, delta = 0.005, threshold = 50, alpha = 1 - 0.0001, mode = 'both' } = options;
  const fresh = { all: NO_MEAN, rise: 0, fall: 0, lowest: Infinity, highest: -1 };
  let state = fresh;
  return {
    update(value) {
      const all = withValue(state.all, value);
      const deviation = value - all.mean;
      const rise = alpha * state.rise + deviation - delta;
      const fall = alpha * state.fall + deviation + delta;
      const lowest = Math.min(state.lowest, rise);
      const highest = Math.max(state.highest, fall);
      state = { all, rise, fall, lowest, highest };
      if (all.n < minRows) return 'stable';
      const rose = mode !== 'down' && rise - lowest > threshold;
      const fell = mode !== 'up' && highest - fall > threshold;
      if (!rose && !fell) return 'stable';
      state = fresh;
      return 'drift';
    },
  };
}
