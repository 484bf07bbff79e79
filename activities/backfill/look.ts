import type { OpenPartition } from '../../core/backfill/window';
import type { BackfillPartitionRow } from '../../store/backfills/backfill-row';
import { markPartitions } from '../../store/backfills/mark-partitions';
import { findStatuses } from '../../store/runs/find-statuses';
import type { Heard, Taken } from './contract';
import { type BackfillDependencies, decide, knownBackfill } from './take';

/** Looks how the runs of a back-fill stand. See BackfillActivities. */
export async function lookAtRuns(
  dependencies: BackfillDependencies,
  argument: {
    readonly backfill: string;
    readonly open: readonly (OpenPartition & { readonly heard: Heard | null })[];
  },
): Promise<{ readonly ended: readonly string[]; readonly unknown: readonly Taken[]; readonly more: boolean }> {
  const { db } = dependencies;
  const marks: BackfillPartitionRow[] = [];
  const unknown: string[] = [];
  const runs = argument.open.map(({ run }) => run);
  const recorded = await findStatuses(db, runs);
  for (const { partition, run, heard } of argument.open) {
    const row = recorded.get(run);
    const end = row === undefined ? heard : row.status === 'running' ? null : row;
    if (end?.status === 'completed') marks.push({ partition, state: 'done', run_id: run, reason: null });
    else if (end)
      marks.push({ partition, state: 'failed', run_id: run, reason: `${end.status}: ${end.reason ?? '-'}` });
    else if (row === undefined) unknown.push(partition);
  }
  await markPartitions(db, argument.backfill, marks);
  const ended = marks.map(({ partition }) => partition);
  if (unknown.length === 0) return { ended, unknown: [], more: false };
  const decided = await decide(dependencies, await knownBackfill(db, argument.backfill), unknown);
  const taken = decided.map(({ partition, what, input }) => ({ partition, run: what.run, input }));
  // Another run came before one that never began: its partition waits to be taken anew.
  const other = taken.filter(({ run }) => !runs.includes(run)).map(({ partition }) => partition);
  const anew = other.map((partition) => ({ partition, state: 'waiting' as const, run_id: null, reason: null }));
  await markPartitions(db, argument.backfill, anew);
  return {
    ended: [...ended, ...other],
    unknown: taken.filter(({ run }) => runs.includes(run)),
    more: other.length > 0,
  };
}
