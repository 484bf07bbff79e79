import { eventId, type KeeperEvent } from '../../core/keep/event';
import { parseKeeperEvent } from '../../core/keep/parse-event';
import type { Db } from '../db';

/** What a retrain's run has handed to the keeper: its candidate, or the gate's refusal. null: nothing yet. */
export async function findHandOver(db: Db, model: string, decisionId: string): Promise<KeeperEvent | null> {
  const told = { version: 1, decisionId, eventTime: '', reason: '' };
  const ids = (['candidate', 'declined'] as const).map((type) => eventId(model, { type, ...told }));
  const { rows } = await db.query<{ event: unknown }>(
    `SELECT payload -> 'event' AS event FROM outbox WHERE id = ANY ($1) ORDER BY recorded_at LIMIT 1`,
    [ids],
  );
  return parseKeeperEvent(rows[0]?.event);
}
