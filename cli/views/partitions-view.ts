import type { PartitionFacts, PartitionState } from '../../core/partitions/state';
import { table } from '../frame';

/** A partition as it is shown. */
export interface PartitionLine extends PartitionFacts {
  readonly state: PartitionState;
  readonly from: string | null;
  readonly to: string | null;
  /** Ids of the nodes at the top of the plan. */
  readonly of: readonly string[];
}

/** Partitions for people: one a line, and how many are in which state. */
export function partitionsText(lines: readonly PartitionLine[], width: number | null = null): string {
  if (lines.length === 0) return 'No partition is missing.';
  const rows = lines.map(({ key, state, done, last, nodes, of }) => [
    key,
    state === 'failed' && last !== null ? last.status : state,
    (state === 'done' || state === 'stale' ? done?.run : last?.run) ?? '-',
    `${of.filter((id) => nodes.includes(id)).length}/${of.length}`,
    done === null ? '-' : done.plan.slice(0, 12),
    done?.at ?? '-',
  ]);
  const count = (wanted: PartitionState): number => lines.filter(({ state }) => state === wanted).length;
  const states = (['done', 'stale', 'running', 'failed', 'missing'] as const).filter((state) => count(state) > 0);
  return [
    table(['partition', 'state', 'run', 'nodes done', 'plan', 'done at'], rows, width),
    '',
    `${lines.length} partitions: ${states.map((state) => `${count(state)} ${state}`).join(', ')}`,
  ].join('\n');
}
