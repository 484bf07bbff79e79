import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { describeDeployment, makeCurrent } from '../client/deploy/deployment';
import { tellOfCurrent } from '../client/deploy/tell-of-current';
import { repeat } from './repeat';
import type { Service } from './services';

interface BuildParts {
  readonly temporal: Client;
  /** This worker's. */
  readonly build: string;
  readonly log: Logger;
  /** ms between looks. Default: 30 s. */
  readonly interval?: number;
}

/**
 * Makes the first build of a deployment the current one: without any, runs would wait, and nothing would say so. Every later one
 * is made current by a person or a job (`perennial deploy set-current`). The workers of the current one tell keepers and back-fills
 * that are still of another to move.
 */
export function followBuilds({ temporal, build, log, interval = LOOK_EVERY }: BuildParts): Service {
  let said: string | null = null;
  /** How often each was told of this build, by Temporal's own id. */
  const told = new Map<string, number>();
  return repeat(
    interval,
    async () => {
      const { current } = await describeDeployment(temporal);
      if (current === null) {
        await makeCurrent(temporal, build);
        log.info({ build }, 'the first build: new runs begin with it');
      } else if (current === build) {
        const heard = await tellOfCurrent(temporal, build, ({ uuid }) => (told.get(uuid) ?? 0) < TOLD_AT_MOST);
        for (const { uuid } of heard) told.set(uuid, (told.get(uuid) ?? 0) + 1);
        const workflows = heard.map(({ workflow }) => workflow);
        if (heard.length > 0) log.info({ build, workflows }, 'told to move to this build');
      } else if (current !== said) {
        log.info(
          { build, current },
          'new runs begin with another build: `perennial deploy set-current` makes this one current',
        );
      }
      said = current;
    },
    (error) => {
      log.warn({ err: error, build }, 'it could not be told which build is current; it is tried again');
    },
  );
}

const LOOK_EVERY = 30_000;
/** A history holds a limited number of signals: one that does not move by then waits for something else. */
const TOLD_AT_MOST = 3;

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
