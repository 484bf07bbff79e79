import { hostname } from 'node:os';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { removeWorker } from '../store/workers/remove-worker';
import { type AnnouncedStep, SAYS_EVERY, seeWorker } from '../store/workers/see-worker';
import { repeat } from './repeat';
import type { Service } from './services';

/**
 * Says again and again that this worker is there, until it is stopped. Temporal tells who polls; a worker whose slots are
 * all taken does not poll, and one that was killed is listed for a minute. With its first word it announces its steps.
 */
export function startPresence(worker: {
  readonly db: Pool;
  readonly pool: string;
  readonly build: string;
  /** Digest of the project's bundle, as it is when it is asked. */
  readonly project: () => string;
  readonly steps: readonly AnnouncedStep[];
  readonly log: Logger;
}): Service {
  const { db, log, pool, build, project, steps } = worker;
  const id = `${hostname()}:${process.pid}`;
  let unsaid = steps;
  const say = async (): Promise<void> => {
    await seeWorker(db, { id, pool, build, project: project() }, unsaid);
    unsaid = [];
  };
  const saying = repeat(SAYS_EVERY, say, (error) => {
    log.warn({ err: error }, 'the records do not hear that this worker is there; it is said again');
  });
  return {
    async stop() {
      await saying.stop();
      await removeWorker(db, id).catch((error: unknown) => {
        log.warn({ err: error }, 'the records do not hear that this worker ends; they find out by themselves');
      });
    },
  };
}
