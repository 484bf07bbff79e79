import type { Db } from '../db';
import type { SegmentRow } from './segment-row';

/**
 * The closed segments of a model that may hold rows of the window `[from, to)` of event time, by id. A segment may hold
 * rows outside it too. `after` is the id of the last row of the page before.
 */
export async function listSegmentsTouching(
  db: Db,
  model: string,
  window: { readonly from: string; readonly to: string },
  page: { readonly limit: number; readonly after?: string },
): Promise<SegmentRow[]> {
  const { rows } = await db.query<SegmentRow>(
    `SELECT id, model, artifact, rows, event_from, event_to, recorded_at FROM prediction_segments
     WHERE model = $1 AND event_from < $3 AND event_to >= $2 AND ($5::text IS NULL OR id > $5)
     ORDER BY id LIMIT $4`,
    [model, window.from, window.to, page.limit, page.after ?? null],
  );
  return rows;
}
