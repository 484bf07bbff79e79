import type { BackfillPartitionRow, BackfillRow } from '../../store/backfills/backfill-row';
import { table } from '../frame';
import { shortened } from './cut';

/** `12 done, 1 failed, 47 left`; what was done before is told apart, where there is any. */
export function countsText(counts: BackfillRow['counts']): string {
  const { done, kept, failed, running, waiting, left } = counts;
  const more = [...(kept > 0 ? [`${kept} done before`] : []), ...(running > 0 ? [`${running} running`] : [])];
  return [`${done} done`, `${failed} failed`, `${waiting + running + left} left`, ...more].join(', ');
}

/** Back-fills for people, one a line. */
export function backfillsText(rows: readonly BackfillRow[], width: number | null = null): string {
  if (rows.length === 0) return 'No back-fills yet. `perennial backfill <pipeline>` starts one.';
  const lines = rows.map(({ id, status, first, last, counts }) => [
    id,
    status,
    `${first} to ${last}`,
    countsText(counts),
  ]);
  return table(['backfill', 'status', 'partitions', 'progress'], lines, width);
}

/** One back-fill for people, with the partitions that run, have failed or were left. */
export function backfillText(
  row: BackfillRow,
  partitions: readonly BackfillPartitionRow[],
  width: number | null = null,
): string {
  const { id, pipeline, status, first, last, counts, max_parallel: parallel, by, started_at: at } = row;
  const lines = partitions.map(({ partition, state, run_id: run, reason }) => [
    partition,
    state,
    run ?? '-',
    reason === null ? '' : shortened(reason, 80),
  ]);
  return [
    `backfill   ${id}`,
    `pipeline   ${pipeline}, ${first} to ${last}`,
    `status     ${status}: ${countsText(counts)}`,
    `started    ${at} by ${by}, ${parallel} at a time${row.missing_only ? ', missing only' : ''}`,
    ...(lines.length > 0 ? ['', table(['partition', 'state', 'run', 'why'], lines, width)] : []),
  ].join('\n');
}
