import { answer } from '../answer';
import { closeBackfill } from '../../store/backfills/close-backfill';
import type { BackfillActivities } from './contract';
import { duePartitions } from './due';
import { lookAtRuns } from './look';
import { type BackfillDependencies, knownBackfill, takePartitions, unknownBackfill } from './take';

export type { BackfillActivities, BackfillCounts, Heard, Taken } from './contract';

/** The back-fill's local activities, ready to be registered with a worker of the pool `cpu`. */
export function backfillActivities(dependencies: BackfillDependencies): BackfillActivities {
  const { db } = dependencies;
  return {
    'perennial.backfill-facts': ({ backfill }) =>
      answer('read the back-fill', async () => {
        const { pipeline, max_parallel: maxParallel } = await knownBackfill(db, backfill);
        return { pipeline, maxParallel };
      }),
    'perennial.backfill-take': (argument) =>
      answer('take the next partitions', () => takePartitions(dependencies, argument)),
    'perennial.backfill-look': (argument) => answer('look how runs stand', () => lookAtRuns(dependencies, argument)),
    'perennial.due-partitions': (argument) =>
      answer('find the partitions of a tick', () => duePartitions(dependencies, argument)),
    'perennial.backfill-close': ({ backfill, cancelled }) =>
      answer('close the back-fill', async () => {
        const closed = await closeBackfill(db, backfill, cancelled ? 'cancelled' : 'ended');
        if (!closed) throw unknownBackfill(backfill);
        return closed.counts;
      }),
  };
}
