import type { Db } from '../db';
import type { PromotionRow } from './model-row';

/** The promotion that a decision led to, or null. */
export async function promotionOf(db: Db, decisionId: string): Promise<PromotionRow | null> {
  const { rows } = await db.query<PromotionRow>(
    `SELECT model, seq, version, previous, decision_id, reason, by, event_time, recorded_at
     FROM promotions WHERE decision_id = $1`,
    [decisionId],
  );
  return rows[0] ?? null;
}
