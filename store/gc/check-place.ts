import { stat } from 'node:fs/promises';
import type { PoolClient } from 'pg';
import { perennialError } from '../../core/errors';
import { blobPath } from '../artifacts/blob-path';
import { findPreview } from '../previews/preview-row';

const SAMPLE = 100;

/**
 * Makes sure that records and folder are those of one stack, and that of production, before anything is looked for that could go.
 *
 * @throws PER_DATA_074 when most of the newest artifacts are not in the folder; PER_DATA_075 when nothing can be written;
 * PER_DATA_078 when it is a preview's
 */
export async function checkPlace(client: PoolClient, root: string): Promise<void> {
  const { rows: states } = await client.query<{ read_only: boolean }>(
    `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only`,
  );
  if (states[0]?.read_only !== false) {
    throw perennialError('PER_DATA_075', 'The database takes no writes: it is a replica, or its user may only read.');
  }
  const preview = await findPreview(client);
  if (preview !== null) {
    throw perennialError('PER_DATA_078', `The records are those of the preview '${preview.name}'.`);
  }
  const { rows } = await client.query<{ digest: string }>(
    `SELECT digest FROM artifacts WHERE removed_at IS NULL AND doomed_at IS NULL ORDER BY used_at DESC, digest LIMIT ${SAMPLE}`,
  );
  let missing = 0;
  for (const { digest } of rows) {
    const found = await stat(blobPath(root, digest)).catch(() => null);
    if (found === null) missing += 1;
  }
  if (missing * 2 > rows.length) {
    throw perennialError('PER_DATA_074', `${missing} of the ${rows.length} newest artifacts are not in ${root}.`);
  }
}
