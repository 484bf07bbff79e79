import type { OpenPartition } from '../../core/backfill/window';
import type { EndStatus } from '../../core/keep/event';
import type { RunInput } from '../../core/interpret/activity';

/** What the workflow `perennial.backfill` needs to know of itself. */
export type BackfillFacts = { readonly pipeline: string; readonly maxParallel: number };

/** A partition in hand: what its run is started with; null: it runs already. */
export type Taken = OpenPartition & { readonly input: RunInput | null };

/** How a child ended, by Temporal's word; the records' comes first. */
export type Heard = { readonly status: EndStatus; readonly reason: string };

/** How many partitions are in which state. */
export type BackfillCounts = {
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
  readonly kept: number;
  readonly failed: number;
  readonly left: number;
};

/**
 * The back-fill's local activities, by the name each is registered under. A local activity is tried again until it answers and may
 * run again after a crash, so each is safe to repeat.
 */
export type BackfillActivities = {
  /** @throws PER_RUN_127 not retryable */
  'perennial.backfill-facts'(argument: { readonly backfill: string }): Promise<BackfillFacts>;
  /**
   * Takes the next partitions, `count` at most; those first that it had taken already and that are not among `open`.
   *
   * @throws PER_RUN_012 not retryable: the pipeline is gone
   */
  'perennial.backfill-take'(argument: {
    readonly backfill: string;
    readonly count: number;
    readonly open: readonly OpenPartition[];
  }): Promise<{ readonly work: readonly Taken[]; readonly more: boolean }>;
  /** Looks how runs stand. `unknown` have no record: they have not begun, or never could. `more`: some wait to be taken anew. */
  'perennial.backfill-look'(argument: {
    readonly backfill: string;
    readonly open: readonly (OpenPartition & { readonly heard: Heard | null })[];
  }): Promise<{ readonly ended: readonly string[]; readonly unknown: readonly Taken[]; readonly more: boolean }>;
  /** The runs that a tick of the schedule of a pipeline with partitions is to start, in this order; none: what it is about is done. */
  'perennial.due-partitions'(argument: {
    readonly pipeline: string;
    readonly tick: string;
  }): Promise<readonly { readonly run: string; readonly input: RunInput }[]>;
  'perennial.backfill-close'(argument: {
    readonly backfill: string;
    readonly cancelled: boolean;
  }): Promise<BackfillCounts>;
};
