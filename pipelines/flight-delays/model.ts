import { cron, model } from '../../core';
import type { MonitorSpec } from '../../steps';
import { features, time } from './data';
import { flightDelays } from './pipeline';

/** What came in: judged as soon as a window has closed. */
export const driftMonitors: MonitorSpec[] = [{ kind: 'drift', name: 'features-psi', psi: 0.2, minRows: 1_000 }];

/** How good the answers were: judged when a window's labels have arrived. */
export const qualityMonitors: MonitorSpec[] = [
  { kind: 'accuracy', name: 'log-loss', metric: 'log-loss', worseBy: 0.02, minRows: 1_000, minCoverage: 0.5 },
  { kind: 'accuracy', name: 'roc-auc', metric: 'roc-auc', worseBy: 0.03, minRows: 1_000, minCoverage: 0.5 },
  { kind: 'accuracy', name: 'calibration', metric: 'calibration', worseBy: 0.03, minRows: 1_000, minCoverage: 0.5 },
  {
    kind: 'business',
    name: 'late-flights-caught',
    metric: 'caught-at-budget',
    budget: 0.2,
    dropBy: 0.05,
    minRows: 1_000,
    minCoverage: 0.5,
  },
];

/** Chance that a flight leaves fifteen minutes late or more, kept fresh. The thresholds were set before any was tried. */
export const flightDelaysModel = model('flight-delays', {
  retrain: flightDelays,
  config: {},
  schedule: cron('0 2 * * *', { timezone: 'UTC' }),
  monitors: [...driftMonitors, ...qualityMonitors],
  // As long as the flights that it learns from: each is learnt from once.
  policy: { cooldown: '28d' },
  serving: { features, eventTime: time },
  // The flights are of 2001: a scheduled cause carries the newest instant the records know, not the wall clock's.
  clock: 'event',
});
