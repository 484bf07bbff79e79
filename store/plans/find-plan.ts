import type { Json } from '../../core/plan/json';
import type { Db } from '../db';

/** A plan that some run used. */
export interface PlanRow {
  readonly hash: string;
  readonly pipeline: string;
  readonly plan: Json;
  readonly recorded_at: string;
}

/** The plan of a hash, or null. */
export async function findPlan(db: Db, hash: string): Promise<PlanRow | null> {
  const { rows } = await db.query<PlanRow>(`SELECT hash, pipeline, plan, recorded_at FROM plans WHERE hash = $1`, [
    hash,
  ]);
  return rows[0] ?? null;
}
