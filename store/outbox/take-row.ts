import type { PoolClient } from 'pg';

/** A row that waits to be dispatched. */
export interface OutboxRow {
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
}

/**
 * Takes the oldest open row for the length of the caller's transaction; rows that another dispatcher holds are passed over.
 *
 * @param except ids that are not to be tried now
 * @returns null when there is none
 */
export async function takeOutboxRow(tx: PoolClient, except: readonly string[]): Promise<OutboxRow | null> {
  const { rows } = await tx.query<OutboxRow>(
    `SELECT id, kind, payload FROM outbox
     WHERE dispatched_at IS NULL AND NOT (id = ANY ($1))
     ORDER BY recorded_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [except],
  );
  return rows[0] ?? null;
}
