import type { Pool } from 'pg';
import type { Choice } from '../../core/rerun/target';
import { transaction } from '../db';
import { beginRun, type NewRun } from './begin-run';
import { refuseRemovedOutputs } from './refuse-removed-outputs';

/**
 * Records a run that repeats another one, together with what it takes over: the records of the parent's nodes at the
 * given addresses, in one statement however many they are. Beginning it again changes nothing.
 *
 * @throws PER_DATA_073 when an output to be taken over names an artifact that was removed
 * @returns false when the id belongs to a run of another plan or config, which is left alone
 */
export async function beginRerun(
  db: Pool,
  run: NewRun & { readonly parentRun: string; readonly rerun: Choice },
  addresses: readonly string[],
): Promise<boolean> {
  return transaction(db, async (tx) => {
    await refuseRemovedOutputs(tx, run.parentRun, addresses);
    if (!(await beginRun(tx, run))) return false;
    await tx.query(
      // The run that a node was executed in stays its source, through any number of reruns. What it cost was spent there.
      `INSERT INTO nodes (run_id, address, node, kind, step, pool, status, input, output, error, given, reused_from,
                          ended_at)
       SELECT $1, address, node, kind, step, pool, status, input, output, error, given, COALESCE(reused_from, run_id), now()
       FROM nodes
       WHERE run_id = $2 AND address = ANY ($3::text[]) AND status NOT IN ('running', 'waiting')
       ON CONFLICT (run_id, address) DO NOTHING`,
      [run.id, run.parentRun, addresses],
    );
    return true;
  });
}
