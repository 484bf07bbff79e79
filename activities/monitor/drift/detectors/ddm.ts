import { type Detector, NO_MEAN, withValue } from './detector';

export interface DdmOptions {
  /** Values before the first judgement; default 30. */
  readonly warmStart?: number;
  /** Deviations above the best error rate that are a warning; default 2. */
  readonly warning?: number;
  /** Deviations above the best error rate that are a drift; default 3. */
  readonly drift?: number;
}

/**
 * Drift detection method (Gama, Medas, Castillo & Rodrigues 2004, Learning with drift detection): the error rate has risen
 * well above the lowest that it has been. For errors as 0 and 1; it sees a rise alone. Defaults and arithmetic as in
 * river 0.26.
 *
 * @example
 * const detector = ddm();
 * const signal = detector.update(predicted === label ? 0 : 1);
 */
export function ddm({ warmStart = 30, warning = 2, drift = 3 }: DdmOptions = {}): Detector {
  const fresh = { errors: NO_MEAN, lowest: Infinity, rate: 0, deviation: 0 };
  let state = fresh;
  return {
    update(value) {
      const errors = withValue(state.errors, value);
      const { n, mean: rate } = errors;
      const deviation = Math.sqrt((rate * (1 - rate)) / n);
      state = { ...state, errors };
      if (n <= warmStart) return 'stable';
      if (rate + deviation <= state.lowest) state = { errors, lowest: rate + deviation, rate, deviation };
      const above = (deviations: number): boolean => rate + deviation > state.rate + deviations * state.deviation;
      if (above(drift)) {
        state = fresh;
        return 'drift';
      }
      return above(warning) ? 'warning' : 'stable';
    },
  };
}
