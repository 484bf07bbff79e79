import type { Db } from '../db';

/** How far a list of labels was read. */
export interface LabelPlace {
  /** As Postgres writes it: to the microsecond. */
  readonly arrived: string;
  readonly id: string;
}

/** Labels that have arrived before a time, with whether their predictions are still kept, the oldest first. */
export async function listOldLabels(
  db: Db,
  before: string,
  page: { readonly limit: number; readonly after?: LabelPlace },
): Promise<(LabelPlace & { readonly kept: boolean })[]> {
  const { rows } = await db.query<LabelPlace & { kept: boolean }>(
    `SELECT prediction_id AS id, arrived_at::text AS arrived,
            EXISTS (SELECT FROM prediction_segments s WHERE s.id = split_part(prediction_id, '.', 1)) AS kept
     FROM labels
     WHERE arrived_at < $1 AND ($3::timestamptz IS NULL OR (arrived_at, prediction_id) > ($3, $4))
     ORDER BY arrived_at, prediction_id LIMIT $2`,
    [before, page.limit, page.after?.arrived ?? null, page.after?.id ?? null],
  );
  return rows;
}

/** Removes labels by the ids of their predictions. */
export async function removeLabels(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.query('DELETE FROM labels WHERE prediction_id = ANY($1::text[])', [ids]);
}
