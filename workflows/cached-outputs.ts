import { TemporalFailure } from '@temporalio/workflow';
import type { CacheAnswers, CachedNode } from '../core/interpret';
import { MESSAGE_BYTES, Questions } from './questions';

/** Outputs that the cache has for nodes of other pools; null: the node has to be handed out. */
export type CachedOutputs = Questions<CachedNode, CacheAnswers['answers'][number]>;

/**
 * Looks for them. Whatever hinders the look-up is a miss: the worker that takes the node looks once more.
 *
 * @param lookUp asks once, about the first of the nodes, at least one
 */
export function cachedOutputs(lookUp: (nodes: readonly CachedNode[]) => Promise<CacheAnswers>): CachedOutputs {
  return new Questions(async (nodes) => {
    try {
      return await lookUp(nodes);
    } catch (error) {
      if (!(error instanceof TemporalFailure)) throw error;
      // More may have come together meanwhile than one message holds: what is handed out now goes in its own.
      return { answers: nodes.map(() => null), bytes: MESSAGE_BYTES };
    }
  });
}
