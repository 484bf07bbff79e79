import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { ScheduleChange } from '../client/schedules/plan-schedules';
import { ensureSchedules } from '../client/schedules/sync-schedules';
import { trouble } from '../client/schedules/trouble';
import type { Scheduled } from '../client/schedules/wanted';
import { repeat } from './repeat';
import type { Service } from './services';

/** What the schedules' keeper of order needs. */
export interface ScheduleDependencies {
  readonly temporal: Client;
  readonly project: Scheduled;
  readonly log: Logger;
  /** Whether the schedules are this worker's to look after. Absent: they are. */
  readonly isCurrent?: () => Promise<boolean>;
  /** ms between looks. */
  readonly interval?: number;
}

const INTERVAL = 600_000;
/** While it has not succeeded it is tried this often, ms. */
const AGAIN = 10_000;

/**
 * Brings Temporal's Schedules in line with the project when the worker starts, and looks again every ten minutes: one
 * deleted or edited in Temporal's UI is put right, one paused there stays paused. Made current again, after a rollback say, a worker
 * looks within seconds. One that the project no longer declares
 * stays: a worker of an older build cannot know whose it is; `perennial schedules sync` deletes it. What has gone wrong with ticks is
 * logged, each thing once.
 */
export function syncSchedules({
  temporal,
  project,
  log,
  isCurrent,
  interval = INTERVAL,
}: ScheduleDependencies): Service {
  let next = 0;
  const told = new Set<string>();
  const warn = (text: string): void => {
    if (!told.has(text)) log.warn(text);
    told.add(text);
  };
  const tell = ({ schedule, change, differences }: ScheduleChange): void => {
    if (change === 'delete') {
      warn(`the schedule ${schedule} stands, but the project declares none: \`perennial schedules sync\` deletes it`);
    } else if (change === 'taken') {
      warn(`the schedule ${schedule} is not one of Perennial's, which makes none of its own under that id`);
    } else if (change !== 'none') {
      log.info({ schedule, change, differences }, 'a schedule is brought in line with the project');
    }
  };
  return repeat(
    Math.min(AGAIN, interval),
    async () => {
      if (isCurrent !== undefined && !(await isCurrent())) {
        // Another build's worker has the schedules: once this one's is current again it looks at once.
        next = 0;
        return;
      }
      if (Date.now() < next) return;
      const { changes, found, refused } = await ensureSchedules({ temporal }, project);
      for (const change of changes) if (!refused.has(change.schedule)) tell(change);
      for (const { message } of refused.values()) warn(message);
      for (const text of found.flatMap(trouble)) warn(text);
      next = Date.now() + interval;
      log.debug({ schedules: changes.length }, 'schedules are in line with the project');
    },
    (error) => {
      log.warn({ err: error }, 'schedules could not be brought in line; it is tried again');
    },
  );
}
