import type { Db } from '../db';
import type { ModelVersionRow } from './model-row';

/** One version of a model, or null. */
export async function findModelVersion(db: Db, model: string, version: number): Promise<ModelVersionRow | null> {
  const { rows } = await db.query<ModelVersionRow>(
    `SELECT model, version, artifact, trainer, signature, metrics, evaluation, reference, trained_from, trained_to,
            event_time, run_id, address, recorded_at
     FROM model_versions WHERE model = $1 AND version = $2`,
    [model, version],
  );
  return rows[0] ?? null;
}
