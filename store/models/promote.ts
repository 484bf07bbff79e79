import type { Db } from '../db';
import type { PromotionRow } from './model-row';
import { promotionOf } from './promotion-of';
import { championOf } from './champion-of';

/** What is asked of the promotion log. */
export interface Promotion {
  readonly model: string;
  /** The last number of the model's log as the caller saw it; 0 when there was none. */
  readonly expectedSeq: number;
  readonly version: number;
  /** One promotion a decision: asking again for the same decision changes nothing. */
  readonly decisionId: string;
  readonly reason: string;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly eventTime: string;
}

/** `promoted` by this call, `already` by an earlier one of the same decision, or `moved`: the log is not where the caller thought. */
export type PromoteResult =
  | { readonly outcome: 'promoted' | 'already'; readonly promotion: PromotionRow }
  | { readonly outcome: 'moved'; readonly current: PromotionRow | null };

/**
 * The only way a champion changes: a compare-and-set on the append-only promotion log. Who loses a race is told what
 * the log says now. Servers hear of it by NOTIFY `perennial_champion` (payload: the model) when the row commits; in a
 * caller's transaction, that is when the caller commits.
 */
export async function promote(db: Db, ask: Promotion): Promise<PromoteResult> {
  const { rows } = await db.query<PromotionRow>(
    `WITH head AS (
       SELECT seq, version FROM promotions WHERE model = $1 ORDER BY seq DESC LIMIT 1
     ), added AS (
       INSERT INTO promotions (model, seq, version, previous, decision_id, reason, by, event_time)
       SELECT $1, $2::int + 1, $3, (SELECT version FROM head), $4, $5, $6, $7
       WHERE coalesce((SELECT seq FROM head), 0) = $2::int
       ON CONFLICT DO NOTHING
       RETURNING *
     )
     SELECT added.* FROM added, pg_notify('perennial_champion', added.model)`,
    [ask.model, ask.expectedSeq, ask.version, ask.decisionId, ask.reason, ask.by, ask.eventTime],
  );
  if (rows[0] !== undefined) return { outcome: 'promoted', promotion: rows[0] };
  const before = await promotionOf(db, ask.decisionId);
  if (before !== null) return { outcome: 'already', promotion: before };
  return { outcome: 'moved', current: await championOf(db, ask.model) };
}
