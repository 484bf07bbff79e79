import type { EndStatus } from '../keep/event';

/** What the records hold about a partition of a pipeline. */
export interface PartitionFacts {
  readonly key: string;
  /** The run that has done all of it. */
  readonly done: { readonly run: string; readonly plan: string; readonly build: string; readonly at: string } | null;
  /** The run under way, or else the newest one. */
  readonly last: {
    readonly run: string;
    readonly status: 'running' | EndStatus;
    readonly reason: string | null;
  } | null;
  /** Runs that there have been. */
  readonly runs: number;
  /** Ids of the nodes that are done. */
  readonly nodes: readonly string[];
}

/**
 * How a partition stands: `stale` is done by another plan than the pipeline has now; `missing` has never been run.
 */
export type PartitionState = 'running' | 'done' | 'stale' | 'failed' | 'missing';

/** How a partition stands. A run under way comes first: what it makes of the partition is not known yet. */
export function stateOfPartition({ done, last }: PartitionFacts, plan: string): PartitionState {
  if (last?.status === 'running') return 'running';
  if (done) return done.plan === plan ? 'done' : 'stale';
  return last === null ? 'missing' : 'failed';
}

/** Whether a partition is to be run: never one that is done by the plan, and a stale one unless only what is missing is wanted. */
export function isWanted(state: PartitionState, missingOnly: boolean): boolean {
  return state === 'failed' || state === 'missing' || (state === 'stale' && !missingOnly);
}
