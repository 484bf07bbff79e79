import type { Db } from '../db';
import type { PromotionRow } from './model-row';

/** A model's promotions, newest first; `before` is the number of the last row of the page before. */
export async function modelHistory(
  db: Db,
  model: string,
  page: { readonly limit: number; readonly before?: number },
): Promise<PromotionRow[]> {
  const { rows } = await db.query<PromotionRow>(
    `SELECT model, seq, version, previous, decision_id, reason, by, event_time, recorded_at
     FROM promotions WHERE model = $1 AND ($3::int IS NULL OR seq < $3)
     ORDER BY seq DESC LIMIT $2`,
    [model, page.limit, page.before ?? null],
  );
  return rows;
}
