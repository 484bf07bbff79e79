import type { Json } from '../../core/plan/json';
import type { Db } from '../db';

/**
 * Adds a row to the outbox in the caller's transaction and wakes the dispatcher when that commits.
 * A row whose id is there already is left alone: the same thing is told once.
 *
 * @returns true when the row is new
 */
export async function addOutboxRow(
  db: Db,
  row: { readonly id: string; readonly kind: string; readonly payload: Json },
): Promise<boolean> {
  const { rows } = await db.query<{ woken: string }>(
    `WITH added AS (
       INSERT INTO outbox (id, kind, payload) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING id
     )
     SELECT pg_notify('perennial_outbox', '')::text AS woken FROM added`,
    [row.id, row.kind, JSON.stringify(row.payload)],
  );
  return rows.length > 0;
}
