import { proxyActivities } from '@temporalio/workflow';
import type { WrittenActivities } from '../../core/interpret/activity';

/**
 * The records' side of a hand-written workflow: activities of the project's own workers, since the workflow's worker has
 * nothing but its code. They are tried until the records answer.
 */
export const records = proxyActivities<WrittenActivities>({
  taskQueue: 'perennial-cpu',
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});
