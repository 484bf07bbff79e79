// Type aliases, not interfaces: they travel as JSON.

/** A partition that a back-fill has in hand, with the run that works on it. */
export type OpenPartition = { readonly partition: string; readonly run: string };

/** What a back-fill's workflow remembers; how far it has come, the records know. */
export type BackfillState = {
  readonly open: readonly OpenPartition[];
  /** Whether partitions may be left that it has not taken. */
  readonly more: boolean;
  /** Set once it was asked to stop: it takes no more, and ends with what it has in hand. */
  readonly cancelled: boolean;
  /** Partitions that this history has taken. */
  readonly taken: number;
};

export const INITIAL_BACKFILL: BackfillState = { open: [], more: true, cancelled: false, taken: 0 };

/** What is to be done now. */
export type BackfillStep =
  { readonly do: 'take'; readonly count: number } | { readonly do: 'wait' } | { readonly do: 'close' };

/**
 * A window of `maxParallel` runs that slides over the partitions: as soon as one ends the next is taken.
 *
 * @example
 * stepOf({ open: [], more: true, cancelled: false, taken: 0 }, 4) // { do: 'take', count: 4 }
 */
export function stepOf({ open, more, cancelled }: BackfillState, maxParallel: number): BackfillStep {
  const free = maxParallel - open.length;
  if (more && !cancelled && free > 0) return { do: 'take', count: free };
  return open.length > 0 ? { do: 'wait' } : { do: 'close' };
}

/** After some were taken, perhaps none: all of them may have been done before. */
export function afterTaking(
  state: BackfillState,
  { work, more }: { readonly work: readonly OpenPartition[]; readonly more: boolean },
): BackfillState {
  const fresh = work.filter(({ partition }) => !state.open.some((open) => open.partition === partition));
  const open = [...state.open, ...fresh.map(({ partition, run }) => ({ partition, run }))];
  return { ...state, open, more, taken: state.taken + fresh.length };
}

/** After some have ended, however; `more`: one of them is to be taken anew. */
export function afterEnds(
  state: BackfillState,
  { ended, more }: { readonly ended: readonly string[]; readonly more: boolean },
): BackfillState {
  const open = state.open.filter(({ partition }) => !ended.includes(partition));
  return { ...state, open, more: state.more || more };
}
