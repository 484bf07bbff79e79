import type { Pool } from 'pg';
import type { Client } from '@temporalio/client';
import { runBackfill } from '../client/backfill';
import { closeBackfill } from '../store/backfills/close-backfill';
import { listBackfills } from '../store/backfills/list-backfills';

/** Open back-fills that one pass looks at. */
const PAGE = 200;

/**
 * Compares the open back-fills of the records with Temporal: one whose workflow was never started, since whoever recorded
 * it died, is started; one that was ended in Temporal is closed.
 *
 * @param endOf how a workflow ended by Temporal's word: null while it goes on, `vanished` when Temporal knows none
 * @param apart keeps what fails of one from the others
 * @returns ids of those that were started, and of those that were closed
 */
export async function reconcileBackfills(
  { db, temporal }: { readonly db: Pool; readonly temporal: Client },
  endOf: (workflowId: string) => Promise<{ readonly status: string } | null>,
  apart: (backfill: string, work: () => Promise<void>) => Promise<void>,
): Promise<{ readonly started: readonly string[]; readonly closed: readonly string[] }> {
  const started: string[] = [];
  const closed: string[] = [];
  for (const { id, pipeline } of await listBackfills(db, { limit: PAGE, status: 'running' })) {
    await apart(id, async () => {
      const end = await endOf(id);
      if (end === null) return;
      if (end.status === 'vanished') {
        await runBackfill(temporal, { id, pipeline });
        started.push(id);
      } else {
        await closeBackfill(db, id, 'terminated');
        closed.push(id);
      }
    });
  }
  return { started, closed };
}
