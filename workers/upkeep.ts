import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { KeptFor } from '../core/define/retention';
import { doUpkeep, isKeptUp } from '../store/upkeep/upkeep';
import { repeat } from './repeat';
import type { Service } from './services';

/** What the upkeep needs. */
export interface UpkeepDependencies {
  readonly db: Pool;
  readonly project: { readonly retention: KeptFor };
  /** The folder of the artifact store. */
  readonly artifacts: string;
  readonly log: Logger;
  /** Whether what the project says of retention is this worker's to do. Absent: it is. */
  readonly isCurrent?: () => Promise<boolean>;
  /** ms between looks whether it is time. */
  readonly interval?: number;
}

const INTERVAL = 600_000;
const DAY = 86_400_000;

/** Does the engine's upkeep once a day, until it is stopped. Any number of processes may look; one of them does it. */
export function startUpkeep(dependencies: UpkeepDependencies): Service {
  const { db, project, artifacts, log, isCurrent, interval = INTERVAL } = dependencies;
  return repeat(
    interval,
    async (stopping) => {
      if (await isKeptUp(db, DAY)) return;
      if (isCurrent !== undefined && !(await isCurrent())) return;
      const result = await doUpkeep({ db, artifacts, retention: project.retention, unlessWithin: DAY, stopping });
      if (result === null) return;
      log.info(
        { result },
        result.complete ? 'the upkeep was done' : 'the upkeep was cut off: what is left goes the next time',
      );
    },
    (error) => {
      log.warn({ err: error }, 'the upkeep could not be done; it is tried again');
    },
  );
}
