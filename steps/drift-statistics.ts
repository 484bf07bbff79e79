/** The statistics of drift, by the names that monitors and reports use. What each is: docs/DRIFT.md. */
export const DRIFT_STATISTICS = [
  'psi',
  'jensen-shannon',
  'kolmogorov-smirnov',
  'wasserstein',
  'wasserstein-per-std',
  'chi-square',
  'l-infinity',
  'missing-rate',
  'new-categories',
] as const;
export type DriftStatistic = (typeof DRIFT_STATISTICS)[number];
