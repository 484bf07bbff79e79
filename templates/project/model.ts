import { cron, model } from 'perennial-ml';
import { features, time } from './data';
import { trainChurn } from './pipeline';

/** The chance that a customer leaves, kept fresh: the keeper trains, rolls out or refuses, and records why. */
export const churn = model('churn', {
  description: 'The chance that a customer leaves.',
  owners: ['you'],
  retrain: trainChurn,
  config: {},
  schedule: cron('0 2 * * 1', { timezone: 'UTC' }),
  // Checks of what comes in and of how good the answers are: MonitorSpec of perennial-ml/steps.
  monitors: [],
  policy: { cooldown: '1d' },
  serving: { features, eventTime: time },
});
