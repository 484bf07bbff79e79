import { type Detector, NO_MEAN, type RunningMean, withValue } from './detector';

export interface HddmAOptions {
  /** Chance of a false drift in one test; default 0.001. */
  readonly drift?: number;
  /** Chance of a false warning in one test; default 0.005. */
  readonly warning?: number;
  /** Whether a fall counts too; default false: a rise alone. */
  readonly twoSided?: boolean;
}

/**
 * Drift detection by Hoeffding's bounds on averages, HDDM_A (Frias-Blanco et al. 2015, Online and non-parametric drift
 * detection methods based on Hoeffding's bounds): the mean since a cut point differs from the mean before it by more than
 * chance allows. For values from 0 to 1, errors say. Defaults and arithmetic as in river 0.26.
 *
 * @example
 * const detector = hddmA({ twoSided: true });
 * const signal = detector.update(0.7);
 */
export function hddmA({ drift = 0.001, warning = 0.005, twoSided = false }: HddmAOptions = {}): Detector {
  const fresh = { all: NO_MEAN, low: NO_MEAN, high: NO_MEAN };
  let state = fresh;
  const bound = (n: number): number => Math.sqrt((1 / (2 * n)) * Math.log(1 / drift));
  return {
    update(value) {
      const all = withValue(state.all, value);
      let low = state.low.n === 0 ? all : state.low;
      let high = state.high.n === 0 ? all : state.high;
      if (low.mean + bound(low.n) >= all.mean + bound(all.n)) low = all;
      if (high.mean - bound(high.n) <= all.mean - bound(all.n)) high = all;
      state = { all, low, high };
      const rose = (chance: number): boolean => differs(all.mean - low.mean, low, all, chance);
      const fell = (chance: number): boolean => twoSided && differs(high.mean - all.mean, high, all, chance);
      if (rose(drift) || fell(drift)) {
        state = fresh;
        return 'drift';
      }
      return rose(warning) || fell(warning) ? 'warning' : 'stable';
    },
  };
}

/** Whether a difference of means between a cut point and now is beyond Hoeffding's bound. */
function differs(by: number, cut: RunningMean, all: RunningMean, chance: number): boolean {
  if (cut.n === all.n) return false;
  const spread = ((all.n - cut.n) / cut.n) * (1 / all.n);
  return by >= Math.sqrt((spread / 2) * Math.log(2 / chance));
}
