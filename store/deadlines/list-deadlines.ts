import type { Db } from '../db';
import { DEADLINE_COLUMNS, type DeadlineRow } from './deadline-row';

/** Which deadlines to list. */
export interface DeadlinesPage {
  readonly limit: number;
  readonly pipeline?: string;
  /** Those alone that were missed, whether they are done by now or not. */
  readonly missed?: boolean;
  /** Those alone that are not done by now. */
  readonly open?: boolean;
}

/** Deadlines, those to come first, then the newest. */
export async function listDeadlines(
  db: Db,
  { limit, pipeline, missed = false, open = false }: DeadlinesPage,
): Promise<DeadlineRow[]> {
  const { rows } = await db.query<DeadlineRow>(
    `SELECT ${DEADLINE_COLUMNS} FROM deadlines
     WHERE ($2::text IS NULL OR pipeline = $2)
       AND (NOT $3::boolean OR state = 'missed')
       AND (NOT $4::boolean OR resolved_at IS NULL)
     ORDER BY due_at DESC, pipeline LIMIT $1`,
    [limit, pipeline ?? null, missed, open],
  );
  return rows;
}
