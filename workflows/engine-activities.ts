import { proxyLocalActivities } from '@temporalio/workflow';
import type { EngineActivities } from '../core/interpret';

/**
 * The engine's own local activities. They are tried until the records answer: a run waits out a restart of Postgres.
 * What is wrong for good comes back as a failure that is not retried.
 */
export const engine = proxyLocalActivities<EngineActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/** The look-up in the cache is asked once and not waited for: without an answer the node is handed out. */
export const askOnce = proxyLocalActivities<Pick<EngineActivities, 'perennial.look-up-cached'>>({
  scheduleToCloseTimeout: '10s',
  retry: { maximumAttempts: 1 },
});
