import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { ensureSchedules, type Scheduled } from '../client/ensure-schedules';
import { repeat } from './repeat';
import type { Service } from './services';

/** What the schedules' keeper of order needs. */
export interface ScheduleDependencies {
  readonly temporal: Client;
  readonly project: Scheduled;
  readonly log: Logger;
  /** ms between looks. */
  readonly interval?: number;
}

const INTERVAL = 600_000;
/** While it has not succeeded it is tried this often, ms. */
const AGAIN = 10_000;

/**
 * Brings Temporal's Schedules in line with the project when the worker starts, and looks again every ten minutes: one
 * deleted in Temporal's UI comes back, one paused there stays paused.
 */
export function syncSchedules({ temporal, project, log, interval = INTERVAL }: ScheduleDependencies): Service {
  let next = 0;
  return repeat(
    Math.min(AGAIN, interval),
    async () => {
      if (Date.now() < next) return;
      const schedules = await ensureSchedules({ temporal }, project);
      next = Date.now() + interval;
      log.debug({ schedules }, 'schedules are in line with the project');
    },
    (error) => {
      log.warn({ err: error }, 'schedules could not be brought in line; it is tried again');
    },
  );
}
