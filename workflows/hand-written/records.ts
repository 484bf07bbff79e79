import { proxyActivities } from '@temporalio/workflow';
import type { CachedNode, WrittenActivities } from '../../core/interpret/activity';
import { type CachedOutputs, cachedOutputs } from '../cached-outputs';

/**
 * The records' side of a hand-written workflow: activities of the project's own workers, since the workflow's worker has
 * nothing but its code. They are tried until the records answer.
 */
export const records = proxyActivities<WrittenActivities>({
  taskQueue: 'perennial-cpu',
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

const { 'perennial.look-up-cached': lookUp } = proxyActivities<Pick<WrittenActivities, 'perennial.look-up-cached'>>({
  taskQueue: 'perennial-cpu',
  scheduleToCloseTimeout: '10s',
  retry: { maximumAttempts: 1 },
});

/** Characters of the inputs in one look-up: here they are a part of the history, and of one message to Temporal. */
const INPUTS = 200_000;

/** The look-up in the cache, for steps of other pools than the one whose workers are asked. */
export function cachedOutputsOf(run: string): CachedOutputs {
  return cachedOutputs((nodes) => lookUp({ run, nodes: firstOf(nodes), handWritten: true }));
}

function firstOf(nodes: readonly CachedNode[]): readonly CachedNode[] {
  let length = 0;
  const over = nodes.findIndex(({ input }, i) => (length += JSON.stringify(input).length) > INPUTS && i > 0);
  return over < 0 ? nodes : nodes.slice(0, over);
}
