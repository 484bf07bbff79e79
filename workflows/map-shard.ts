import { allHandlersFinished, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import { beginShard, type ShardSeed, statusOf } from '../core/interpret';
import type { Json } from '../core/plan/json';
import type { Plan } from '../core/plan/plan';
import { takeAnswers } from './approve';
import { onCancellation } from './cancellation';
import { Shell } from './carry-out';
import { errorOf } from './failures';
import { takeInterventions } from './intervene';
import { takeOrders } from './order-signal';
import type { RunFacts } from './run-step';
import { statusQuery } from './status-query';

/** The argument of `perennial.map-shard`. */
export interface ShardInput {
  readonly facts: RunFacts;
  readonly plan: Plan;
  readonly seed: ShardSeed;
}

/**
 * `perennial.map-shard`: some items of one map, as a child of the run they belong to. Its nodes are recorded under the
 * run; its value is the list of the items' values.
 */
export async function mapShard({ facts, plan, seed }: ShardInput): Promise<Json> {
  const cancellation = onCancellation();
  return CancellationScope.nonCancellable(async () => {
    const shell = new Shell(facts, plan, beginShard(plan, seed, facts.reuse?.nodes));
    takeAnswers(facts.run, () => shell);
    takeInterventions(facts.run, () => shell);
    takeOrders(() => shell);
    setHandler(statusQuery, () => statusOf(shell.state));
    cancellation.tell((reason) => {
      shell.receive({ type: 'cancel', reason });
    });
    const { status, output, reason, failure } = await shell.end();
    if (!allHandlersFinished()) await condition(allHandlersFinished);
    if (status === 'completed') return output;
    throw errorOf(status, reason ?? status, failure);
  });
}
