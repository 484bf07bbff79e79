import type { Db } from '../db';
import type { BusinessPoint } from './insert-point';

/** A recorded point of a business metric. */
export interface RecordedPoint extends BusinessPoint {
  readonly recordedAt: string;
}

/**
 * A model's points of one metric, by the end of their windows, the newest first. A window judged again has a point for
 * each run; the newest comes first. `before` is the last point of the page before.
 */
export async function listPoints(
  db: Db,
  of: { readonly model: string; readonly metric: string },
  page: { readonly limit?: number; readonly before?: RecordedPoint } = {},
): Promise<RecordedPoint[]> {
  const { before } = page;
  const { rows } = await db.query<RecordedPoint>(
    `SELECT model, metric, version, window_from AS "from", window_to AS "to", value, run_id AS run,
            recorded_at AS "recordedAt"
     FROM business_points
     WHERE model = $1 AND metric = $2
       AND ($4::timestamptz IS NULL
            OR (window_to, window_from, version, date_trunc('milliseconds', recorded_at), run_id) < ($4, $5, $6::int, $7, $8))
     ORDER BY window_to DESC, window_from DESC, version DESC,
              date_trunc('milliseconds', recorded_at) DESC, run_id DESC
     LIMIT $3`,
    [
      of.model,
      of.metric,
      Math.min(page.limit ?? 100, 1_000),
      before?.to ?? null,
      before?.from ?? null,
      before?.version ?? null,
      before?.recordedAt ?? null,
      before?.run ?? null,
    ],
  );
  return rows;
}
