import type { Db } from '../db';
import type { Champion } from './model-row';

/** The champion of each model that has one, by model name; `after` is the last name of the page before. */
export async function listChampions(
  db: Db,
  page: { readonly limit: number; readonly after?: string },
): Promise<Champion[]> {
  const { rows } = await db.query<Champion>(
    `SELECT DISTINCT ON (p.model) p.model, p.seq, p.version, p.previous, p.decision_id, p.reason, p.by, p.event_time,
            p.recorded_at, v.artifact, v.signature
     FROM promotions p JOIN model_versions v USING (model, version)
     WHERE $2::text IS NULL OR p.model > $2
     ORDER BY p.model, p.seq DESC LIMIT $1`,
    [page.limit, page.after ?? null],
  );
  return rows;
}
