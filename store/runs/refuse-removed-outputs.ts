import { perennialError } from '../../core/errors';
import { useArtifacts } from '../artifacts';
import { NAMED } from '../gc/roots';
import type { Db } from '../db';

/**
 * Makes sure that what a rerun takes over is still there, and notes that it is used now.
 *
 * @throws PER_DATA_073 when an output at one of the addresses names an artifact that was removed
 */
export async function refuseRemovedOutputs(db: Db, run: string, addresses: readonly string[]): Promise<void> {
  const { rows } = await db.query<{ digest: string; address: string }>(
    `SELECT m[1] AS digest, min(address) AS address
     FROM nodes CROSS JOIN LATERAL regexp_matches(output::text, '${NAMED}', 'g') AS m
     WHERE run_id = $1 AND address = ANY($2::text[]) GROUP BY 1`,
    [run, addresses],
  );
  const at = new Map(rows.map(({ digest, address }) => [digest, address]));
  const gone = (await useArtifacts(db, [...at.keys()])).find(({ removedAt }) => removedAt !== null);
  if (gone === undefined) return;
  throw perennialError(
    'PER_DATA_073',
    `The output of '${at.get(gone.digest) ?? ''}' in run ${run} is artifact ${gone.digest}, which was removed at ${gone.removedAt ?? ''}.`,
  );
}
