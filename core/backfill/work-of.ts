import { partitionRunId } from '../partitions/partition';
import { isWanted, type PartitionFacts, stateOfPartition } from '../partitions/state';

/** What a back-fill does about one partition. */
export type Work =
  /** It is done: by this run. */
  | { readonly do: 'keep'; readonly run: string }
  /** Somebody's run works on it: its end is waited for. */
  | { readonly do: 'attach'; readonly run: string }
  /** A run of its own; with `parent` it takes over what that one completed. */
  | { readonly do: 'start'; readonly run: string; readonly parent: string | null };

/**
 * Says what a back-fill does about a partition, from what the records hold at that moment. What the current plan has done
 * is not done again; where a run failed, or another plan did it, the new run takes over the nodes that nothing has touched.
 *
 * @param plan hash of the plan that the pipeline has now
 */
export function workOf(
  facts: PartitionFacts,
  { pipeline, plan, missingOnly }: { readonly pipeline: string; readonly plan: string; readonly missingOnly: boolean },
): Work {
  const { key, done, last, runs } = facts;
  const state = stateOfPartition(facts, plan);
  if (state === 'running' && last) return { do: 'attach', run: last.run };
  if (done && !isWanted(state, missingOnly)) return { do: 'keep', run: done.run };
  return { do: 'start', run: partitionRunId(pipeline, key, runs + 1), parent: last?.run ?? null };
}
