import type { GcResult, Kept, WhyAnswer } from '../../store/gc';
import { table } from '../frame';
import { bytesText } from './bytes';
import { shortDigest } from './short-digest';

/** What a removal of unneeded artifacts removed, or would, for people. */
export function gcText(result: GcResult, width: number | null = null): string {
  const { applied, kinds, count, bytes, orphans, temporary, unfinished } = result;
  const files = orphans.files + temporary.files;
  const rows = kinds.map((sum) => [sum.kind, sum.count, bytesText(sum.bytes), sum.oldest]);
  const lines = [
    count === 0 ? `Nothing needs to go: ${result.kept} artifacts are needed or young.` : '',
    count === 0 ? '' : table(['kind', applied ? 'gone' : 'would go', 'size', 'oldest'], rows, width),
    count === 0
      ? ''
      : `${counted(count, 'artifact')}, ${bytesText(bytes)}, ${entriesText(result)}; ${result.kept} are kept.`,
    files === 0
      ? ''
      : `${counted(files, 'file')} without a record, ${bytesText(orphans.bytes + temporary.bytes)}: left by writers that were killed.`,
    unfinished === 0
      ? ''
      : `${counted(unfinished, 'artifact')} of an earlier gc that was cut off ${applied ? 'went' : 'would go'}, too.`,
    result.heldBy === null
      ? ''
      : `Run ${result.heldBy} is open since ${result.cutoff}: what was used since then stays.`,
    applied || (count === 0 && files === 0 && unfinished === 0)
      ? ''
      : 'Nothing was removed: give --apply to remove them.',
  ];
  return lines.filter((line) => line !== '').join('\n');
}

/** What keeps an artifact, for people. */
export function whyKeptText({ digest, kept, doomedAt, removedAt }: WhyAnswer): string {
  if (removedAt !== null) return `${digest} was removed at ${removedAt}.`;
  if (doomedAt !== null) return `${digest} was given up at ${doomedAt}: its file goes with the next gc.`;
  if (kept === null) return `Nothing needs ${digest}.`;
  return `${digest} is kept.\n${wayText(kept)}`;
}

function wayText({ root, name, path }: Kept): string {
  const [first, ...rest] = path;
  const lines = [`${root} ${name}`.trim(), `  ${shortDigest(first?.digest ?? '')}`];
  for (const { digest, relation } of rest) lines.push(`  ${shortDigest(digest)} (${relation ?? ''})`);
  return lines.join('\n');
}

function entriesText({ cacheEntries }: GcResult): string {
  return `${cacheEntries} ${cacheEntries === 1 ? 'entry' : 'entries'} of the cache with them`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
