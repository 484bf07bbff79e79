import type { Db } from '../db';
import type { InterventionRow } from './intervention-row';

/** What people did to a run, or to one node of it: the newest so many, oldest first. */
export async function listInterventions(
  db: Db,
  run: string,
  page: { readonly limit: number; readonly node?: string },
): Promise<InterventionRow[]> {
  const { rows } = await db.query<InterventionRow>(
    `SELECT run_id, id, node, action, by, reason, detail, at FROM interventions
     WHERE run_id = $1 AND ($3::text IS NULL OR node = $3)
     ORDER BY at DESC, id DESC LIMIT $2`,
    [run, page.limit, page.node ?? null],
  );
  return rows.reverse();
}
