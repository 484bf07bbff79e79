import { planHash } from '../../core/plan/hash';
import type { Plan } from '../../core/plan/plan';
import type { Db } from '../db';

/** A plan that some run used. */
export interface PlanRow {
  readonly hash: string;
  readonly pipeline: string;
  readonly plan: Plan;
  readonly recorded_at: string;
}

/** The plan of a hash, or null; also null when the row does not have the hash that names it. */
export async function findPlan(db: Db, hash: string): Promise<PlanRow | null> {
  const { rows } = await db.query<PlanRow>(`SELECT hash, pipeline, plan, recorded_at FROM plans WHERE hash = $1`, [
    hash,
  ]);
  const row = rows[0];
  return row !== undefined && planHash(row.plan) === hash ? row : null;
}
