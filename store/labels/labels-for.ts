import type { Db } from '../db';

/** A label as it is kept. */
export interface LabelRow {
  readonly prediction_id: string;
  readonly label: number;
  /** Recorded time, ISO 8601 in UTC. */
  readonly arrived_at: string;
}

/** The labels that have arrived for some predictions of a model, in no particular order; at most one an id. */
export async function labelsFor(db: Db, model: string, ids: readonly string[]): Promise<LabelRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<LabelRow>(
    `SELECT prediction_id, label, arrived_at FROM labels
     WHERE model = $1 AND prediction_id = ANY($2::text[]) LIMIT $3`,
    [model, ids, ids.length],
  );
  return rows;
}
