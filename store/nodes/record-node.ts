import type { Json } from '../../core/plan/json';
import type { Db } from '../db';
import { claimNode } from './claim-node';
import { commitNode, type Commit } from './commit-node';
import type { Claimant } from './node-row';

/**
 * Claims and commits in one go, inside the caller's transaction: for light steps and cache hits, whose work is done
 * when they come here. Returns the output that counts: this one, or the one that was committed before.
 */
export async function recordNode(
  tx: Db,
  by: Claimant,
  done: Pick<Commit, 'output' | 'cache' | 'cost' | 'entry'>,
): Promise<{ readonly output: Json; readonly mine: boolean }> {
  const claim = await claimNode(tx, by);
  if (claim.kind === 'committed') return { output: claim.output, mine: false };
  await commitNode(tx, { run: by.run, address: by.address, fence: claim.fence, ...done });
  return { output: done.output, mine: true };
}
