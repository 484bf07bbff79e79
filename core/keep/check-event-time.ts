import { perennialError } from '../errors';

const DAY_MS = 86_400_000;

/**
 * Refuses a cause from the future. The keeper's only time is that of events: a retrain for a year to come would put
 * every cause before that year into its cool-down. A clock that runs a little ahead is let pass, except where events
 * tell the time themselves: data of tomorrow does not exist.
 *
 * @param clock of the model; null when the reporter does not know it
 * @param instant the cause's event time, or the end of its window: ISO 8601
 * @param now the wall clock's
 * @throws PER_KEEP_009 when it is more than a day after now, or for the clock `event` after now at all
 */
export function checkEventTime(
  model: { readonly name: string; readonly clock: 'wall' | 'event' | null },
  instant: string,
  now: Date,
): void {
  const latest = now.getTime() + (model.clock === 'event' ? 0 : DAY_MS);
  if (Date.parse(instant) <= latest) return;
  throw perennialError(
    'PER_KEEP_009',
    `The cause for ${model.name} is of ${instant}, and nothing after ${new Date(latest).toISOString()} is taken.`,
  );
}
