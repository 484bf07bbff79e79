import type { Pool } from 'pg';
import { inGroups } from '../in-groups';
import { type Claim, claimNode } from './claim-node';
import { type AskedClaim, claimNodes } from './claim-nodes';
import { type Commit, commitNode } from './commit-node';
import { commitNodes } from './commit-nodes';
import type { CacheReason, Claimant } from './node-row';
import { type Done, recordNode, type Recorded } from './record-node';

/** The records of nodes as executions write them. */
export interface NodeRecords {
  /** {@link claimNode} */
  claim(by: Claimant, cache: CacheReason | null): Promise<Claim>;
  /** {@link commitNode} */
  commit(commit: Commit): Promise<boolean>;
  /** {@link recordNode} */
  record(by: Claimant, done: Done): Promise<Recorded>;
}

/** Rows in one statement. */
const MOST = 100;
/** ms that a group waits for the one before it. */
const PATIENCE = 50;

/**
 * The records of a database. What executions of this process write at the same moment goes in one statement, and shares
 * its way to the disk; each is told of its own part once that is there.
 */
export function openNodeRecords(db: Pool): NodeRecords {
  const claim = inGroups<AskedClaim, Claim>(
    ({ by, cache }) => claimNode(db, by, cache),
    (asked) => claimNodes(db, asked),
    { keyOf: ({ by }) => JSON.stringify([by.run, by.address]), most: MOST, patience: PATIENCE },
  );
  const commit = inGroups<Commit, boolean>(
    (one) => commitNode(db, one),
    (commits) => commitNodes(db, commits),
    { keyOf: ({ run, address }) => JSON.stringify([run, address]), most: MOST, patience: PATIENCE },
  );
  return {
    // A repeated execution may have to wait for the transaction of one before it: nobody else waits with it.
    claim: (by, cache) => (by.attempt > 1 ? claimNode(db, by, cache) : claim({ by, cache })),
    commit,
    record: (by, done) => recordNode(db, by, done),
  };
}
