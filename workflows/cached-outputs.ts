import { condition, TemporalFailure } from '@temporalio/workflow';
import type { CacheAnswers, CachedNode } from '../core/interpret/activity';
// By its file: a hand-written workflow has the rest of the interpreter not in its bundle.
import { bytesOf } from '../core/interpret/limits';
import { Questions } from './questions';

/** Outputs that the cache has for nodes of other pools; null: the node has to be handed out. */
export class CachedOutputs extends Questions<CachedNode, CacheAnswers['answers'][number]> {
  constructor(
    put: LookUp,
    private readonly isHeld: () => boolean,
  ) {
    super(put);
  }

  /** Hands a missed node out, once that may be. Hits of the same look-up do not wait for it. */
  handOut<T>(handOut: () => Promise<T>): Promise<T> {
    return this.isHeld() ? condition(() => !this.isHeld()).then(handOut) : handOut();
  }
}

/** Bytes of input of nodes that are handed out together after a failed look-up. The first one's goes whatever its size. */
const GROUP_BYTES = 512 * 1024;

/** Asks once, about the first of the nodes, at least one. */
type LookUp = (nodes: readonly CachedNode[]) => Promise<CacheAnswers>;

/**
 * Looks for them. Whatever hinders the look-up is a miss: the worker that takes the node looks once more.
 *
 * @param isHeld whether nothing may be looked up or handed out now
 */
export function cachedOutputs(lookUp: LookUp, isHeld = (): boolean => false): CachedOutputs {
  // So many of those that wait were in a look-up that failed. More may have come together than one message holds: they
  // are answered in groups, and not asked about again.
  let unanswered = 0;
  const answer = async (nodes: readonly CachedNode[]): Promise<CacheAnswers> => {
    if (unanswered === 0) {
      const found = await orNothing(lookUp(nodes));
      if (found) return found;
      unanswered = nodes.length;
    }
    const misses = firstMisses(nodes.slice(0, unanswered));
    unanswered -= misses.answers.length;
    return misses;
  };
  return new CachedOutputs(async (nodes) => {
    if (isHeld()) await condition(() => !isHeld());
    return answer(nodes);
  }, isHeld);
}

async function orNothing(looking: Promise<CacheAnswers>): Promise<CacheAnswers | null> {
  try {
    return await looking;
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    return null;
  }
}

/** Misses for as many of the nodes as are handed out together. */
function firstMisses(nodes: readonly CachedNode[]): CacheAnswers {
  let bytes = 0;
  for (const [i, { input }] of nodes.entries()) {
    const more = bytesOf(input);
    if (i > 0 && bytes + more > GROUP_BYTES) return { answers: nodes.slice(0, i).map(() => null), bytes };
    bytes += more;
  }
  return { answers: nodes.map(() => null), bytes };
}
