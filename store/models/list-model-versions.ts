import type { Db } from '../db';
import type { ModelVersionRow } from './model-row';

/** A model's versions, newest first; `before` is the number of the last row of the page before. */
export async function listModelVersions(
  db: Db,
  model: string,
  page: { readonly limit: number; readonly before?: number },
): Promise<ModelVersionRow[]> {
  const { rows } = await db.query<ModelVersionRow>(
    `SELECT model, version, artifact, trainer, signature, metrics, evaluation, reference, trained_from, trained_to,
            event_time, run_id, address, recorded_at
     FROM model_versions WHERE model = $1 AND ($3::int IS NULL OR version < $3)
     ORDER BY version DESC LIMIT $2`,
    [model, page.limit, page.before ?? null],
  );
  return rows;
}
