import type { Json } from '../../core/plan/json';
import type { Db } from '../db';

/** Keeps a plan under its hash. A plan that is there already is left alone. */
export async function addPlan(
  db: Db,
  plan: { readonly hash: string; readonly pipeline: string; readonly plan: Json },
): Promise<void> {
  await db.query(`INSERT INTO plans (hash, pipeline, plan) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING`, [
    plan.hash,
    plan.pipeline,
    JSON.stringify(plan.plan),
  ]);
}
