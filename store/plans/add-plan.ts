import type { Plan } from '../../core/plan/plan';
import type { Db } from '../db';

/** Keeps a plan under its hash. A plan that is there already is left alone. */
export async function addPlan(db: Db, hash: string, plan: Plan): Promise<void> {
  await db.query(`INSERT INTO plans (hash, pipeline, plan) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING`, [
    hash,
    plan.pipeline,
    JSON.stringify(plan),
  ]);
}
