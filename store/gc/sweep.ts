import type { PoolClient } from 'pg';
import { blobPath } from '../artifacts/blob-path';
import { unlinkOld } from '../artifacts/remove-unrecorded';

/** A file that is younger than this may be one that is just being recorded, ms. */
const FRESH = 3_600_000;
const PAGE = 100;

/** What went from the disk. */
export interface Swept {
  readonly artifacts: number;
  readonly bytes: number;
}

/**
 * Removes the files of artifacts that were given up, also by a removal that was cut off, and notes it in their records. Rows are
 * locked while their files go: whoever writes the same bytes meanwhile records them afterwards, and looks whether they are there.
 */
export async function sweep(
  client: PoolClient,
  root: string,
  told: (swept: Swept) => void = () => undefined,
): Promise<Swept> {
  const total = { artifacts: 0, bytes: 0 };
  for (let after: string | null = ''; after !== null;) {
    const page = await sweepPage(client, root, after);
    total.artifacts += page.gone.length;
    total.bytes += page.gone.reduce((sum, { bytes }) => sum + bytes, 0);
    after = page.last;
    told(total);
  }
  return total;
}

interface Doomed {
  readonly digest: string;
  readonly bytes: number;
}

async function sweepPage(
  client: PoolClient,
  root: string,
  after: string,
): Promise<{ readonly gone: readonly Doomed[]; readonly last: string | null }> {
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<Doomed>(
      `SELECT digest, bytes FROM artifacts WHERE doomed_at IS NOT NULL AND removed_at IS NULL AND digest > $1
       ORDER BY digest LIMIT ${PAGE} FOR UPDATE`,
      [after],
    );
    const gone: Doomed[] = [];
    for (const row of rows) if (await unlinkOld(blobPath(root, row.digest), Date.now() - FRESH)) gone.push(row);
    await client.query('UPDATE artifacts SET removed_at = now() WHERE digest = ANY($1::text[])', [
      gone.map(({ digest }) => digest),
    ]);
    await client.query('COMMIT');
    return { gone, last: rows.at(-1)?.digest ?? null };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
