import type { Json } from '../../core/plan/json';

/** How a partition of a back-fill stands. `kept`: it was done before; `left`: the back-fill ended before its turn. */
export type BackfillPartitionState = 'waiting' | 'running' | 'done' | 'kept' | 'failed' | 'left';

/** A back-fill's record. */
export interface BackfillRow {
  /** Temporal's Workflow ID. */
  readonly id: string;
  readonly pipeline: string;
  readonly config: Json;
  readonly missing_only: boolean;
  readonly max_parallel: number;
  readonly by: string;
  /** `failed`: it has ended, and some partitions are not done. */
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated';
  readonly started_at: string;
  readonly ended_at: string | null;
  /** First and last partition. */
  readonly first: string;
  readonly last: string;
  readonly counts: { readonly [state in BackfillPartitionState]: number };
}

/** A partition of a back-fill. */
export interface BackfillPartitionRow {
  readonly partition: string;
  readonly state: BackfillPartitionState;
  readonly run_id: string | null;
  /** Why its run did not complete. */
  readonly reason: string | null;
}
