import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { describeDeployment, makeCurrent } from '../client/deploy/deployment';

interface BuildParts {
  readonly temporal: Client;
  /** This worker's. */
  readonly build: string;
  readonly log: Logger;
}

/**
 * Makes the first build of a deployment the current one: without any, runs would wait, and nothing would say so. Every later one
 * is made current by a person or a job (`perennial deploy set-current`). Returns at once; what comes of it is logged.
 */
export function makeFirstCurrent({ temporal, build, log }: BuildParts): void {
  const make = async (): Promise<void> => {
    const { current } = await describeDeployment(temporal);
    if (current === build) return;
    if (current !== null) {
      log.info(
        { build, current },
        'new runs begin with another build: `perennial deploy set-current` makes this one current',
      );
      return;
    }
    await makeCurrent(temporal, build);
    log.info({ build }, 'the first build: new runs begin with it');
  };
  make().catch((error: unknown) => {
    log.error(
      { err: error, build },
      'no build is current, so new runs wait: `perennial deploy set-current` makes this one current',
    );
  });
}

/** Whether this worker's build is the current one, asked for at most once in so many ms. */
const ASKED_EVERY = 5_000;

/** Tells whether new runs begin with this worker's build. */
export function onlyWhenCurrent({ temporal, build }: BuildParts): () => Promise<boolean> {
  let asked = -Infinity;
  let is = false;
  return async () => {
    if (performance.now() - asked < ASKED_EVERY) return is;
    is = (await describeDeployment(temporal)).current === build;
    asked = performance.now();
    return is;
  };
}
