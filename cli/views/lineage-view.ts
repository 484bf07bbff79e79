import type { Edge, Known } from '../../store/lineage';
import { shortDigest } from './short-digest';

/** What `perennial data lineage` tells. */
export interface LineageView {
  /** As it was asked for: a digest, or `churn v3`. */
  readonly of: string;
  readonly digest: string;
  readonly up: readonly Edge[];
  readonly down: readonly Edge[];
  /** What the records know of the ends of the edges; an end that is not there is a source, or was removed. */
  readonly known: readonly Known[];
  readonly cut: boolean;
}

/** Lineage for people: two trees, in which what has its own branch above is not drawn again. */
export function lineageText({ of, digest, up, down, known, cut }: LineageView): string {
  const names = new Map(known.map((each) => [each.digest, nameOf(each)]));
  const name = (end: string): string => names.get(end) ?? (isDigest(end) ? `${shortDigest(end)} (removed)` : end);
  const subject = of === digest ? name(digest) : `${of}: ${name(digest)}`;
  const above = tree(digest, grouped(up, 'child'), 'parent', name);
  const below = tree(digest, grouped(down, 'parent'), 'child', name);
  return [
    subject,
    'made from:',
    ...(above.length === 0 ? ['  nothing that is recorded'] : above),
    'made into:',
    ...(below.length === 0 ? ['  nothing'] : below),
    ...(cut ? ['There is more than is shown: follow one of the digests.'] : []),
  ].join('\n');
}

type End = 'child' | 'parent';

function tree(
  from: string,
  edges: ReadonlyMap<string, readonly Edge[]>,
  next: End,
  name: (end: string) => string,
): string[] {
  const drawn = new Set<string>([from]);
  const lines: string[] = [];
  // Not by recursion: a chain may be longer than the stack is deep.
  const open = [...(edges.get(from) ?? [])].reverse().map((edge) => ({ edge, depth: 1 }));
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { edge, depth } = at;
    const end = edge[next];
    const below = edges.get(end) ?? [];
    const again = drawn.has(end) && below.length > 0;
    const by = `by ${edge.run} ${edge.address}`;
    lines.push(`${'  '.repeat(depth)}${name(end)}  [${edge.relation}, ${by}]${again ? '  (see above)' : ''}`);
    if (drawn.has(end)) continue;
    drawn.add(end);
    for (const edge of [...below].reverse()) open.push({ edge, depth: depth + 1 });
  }
  return lines;
}

function grouped(edges: readonly Edge[], by: End): Map<string, Edge[]> {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) groups.set(edge[by], [...(groups.get(edge[by]) ?? []), edge]);
  return groups;
}

function nameOf({ digest, kind, rows, versions }: Known): string {
  const what = versions.length > 0 ? versions.join(', ') : rows === null ? kind : `${kind}, ${rows} rows`;
  return `${shortDigest(digest)} (${what})`;
}

function isDigest(end: string): boolean {
  return /^[0-9a-f]{64}$/.test(end);
}
