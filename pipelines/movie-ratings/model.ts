import { cron, model } from '../../core';
import { features } from './data';
import { movieRatings } from './pipeline';

/** Chance that a film is liked better than half of the others. The table changes seldom: it is looked at once a month. */
export const movieRatingsModel = model('movie-ratings', {
  retrain: movieRatings,
  config: {},
  schedule: cron('0 3 1 * *', { timezone: 'UTC' }),
  monitors: [],
  policy: { cooldown: '7d' },
  serving: { features },
});
