import { refuseRemoved } from '../artifacts/refuse-removed';
import type { Db } from '../db';

/** Who acts, for the records. */
export interface By {
  readonly by: string;
}

/**
 * Pins a data set version. Pinned again, the newer reason counts; the audit log has both.
 *
 * @throws PER_DATA_073 when it was removed
 */
export async function pinDataset(
  db: Db,
  digest: string,
  { by, reason }: By & { readonly reason: string | null },
): Promise<void> {
  await refuseRemoved(db, [digest], 'Data set version');
  await db.query(
    `WITH pinned AS (
       INSERT INTO dataset_pins (digest, reason, by) VALUES ($1, $2, $3)
       ON CONFLICT (digest) DO UPDATE SET reason = EXCLUDED.reason, by = EXCLUDED.by, recorded_at = now()
     )
     INSERT INTO audit_log (by, action, subject, detail)
     VALUES ($3, 'data.pin', $1, jsonb_build_object('reason', $2::text))`,
    [digest, reason, by],
  );
}

/** Takes the pin off. @returns false: there was none, and nothing is written */
export async function unpinDataset(db: Db, digest: string, { by }: By): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH gone AS (DELETE FROM dataset_pins WHERE digest = $1 RETURNING reason)
     INSERT INTO audit_log (by, action, subject, detail)
     SELECT $2, 'data.unpin', $1, jsonb_build_object('reason', reason) FROM gone`,
    [digest, by],
  );
  return rowCount === 1;
}
