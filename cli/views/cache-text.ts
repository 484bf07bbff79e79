import { saying } from '../../core/interpret/intervention';
import type { CacheReason, NodeRow } from '../../store/nodes/node-row';

/** Who switched the cache off: the step's contract, this use of it, or whoever started the run, who may have asked for a part of another one. null: the records do not tell. */
export type OffBy = 'step' | 'node' | 'run' | 'rerun' | null;

/** Why a node's output came from the cache, or why the node had to run, in a few words. */
export function cacheText(cache: CacheReason | null, offBy: OffBy = null): string | null {
  if (cache === null) return null;
  if (cache.hit) return `hit: from ${cache.from.run}`;
  if (isOff(cache.differed)) return offBy === null ? 'cache off' : `off for this ${offBy}`;
  return `missed: ${missText(cache.differed)}`;
}

/** Where a node's output is from, or why the node had to run: a rerun took it over, a person gave it, or what the cache said. */
export function sourceText(node: Pick<NodeRow, 'cache' | 'reused_from' | 'given'>, offBy: OffBy = null): string | null {
  if (node.given !== null && node.reused_from === null) return saying('given', node.given);
  return node.reused_from === null ? cacheText(node.cache, offBy) : `reused: from ${node.reused_from}`;
}

function missText(differed: readonly string[]): string {
  if (differed.includes('first')) return 'nothing kept yet';
  if (differed.includes('artifact')) return 'a kept file is gone';
  return `${listed(differed)} changed`;
}

/** The same as {@link cacheText} in sentences, for one node. */
export function cacheSentence(cache: CacheReason | null, offBy: OffBy): string {
  if (cache === null) return 'Not told: it is recorded together with the output.';
  if (cache.hit) {
    const { run, address } = cache.from;
    return `Hit: the output is that of ${address} in ${run}, made by the same code of the same input.`;
  }
  if (isOff(cache.differed)) return OFF[offBy ?? 'unknown'];
  return missSentence(cache.differed);
}

const OFF = {
  step: 'Off: the contract of the step says `cache: false`.',
  node: 'Off: the pipeline says `cache: false` for this node.',
  run: 'Off: the run was started without the cache (`--no-cache`).',
  rerun:
    'Off: the rerun asked for this node to be executed again (`--from`, `--only`), or for no cache at all (`--no-cache`).',
  unknown: 'Off, for this step or for the whole run.',
} as const;

function missSentence(differed: readonly string[]): string {
  if (differed.includes('first')) return 'Missed: no output of this step was kept before.';
  if (differed.includes('artifact'))
    return 'Missed: the output was kept, but a file that it names is gone from the artifact store, or damaged.';
  const environment = differed.includes('environment') ? ' Environment is Node, platform, build and packages.' : '';
  return `Missed: ${listed(differed)} changed since the newest kept output of this step.${environment}`;
}

function isOff(differed: readonly string[]): boolean {
  return differed.includes('off');
}

/** `input`, `code and input`, `code, input and environment` */
function listed(words: readonly string[]): string {
  const before = words.slice(0, -1).join(', ');
  return `${before}${before === '' ? '' : ' and '}${words.at(-1) ?? ''}`;
}
