import type { Db } from '../db';

/** How `times` begins of a deadline that the code has no longer; behind it stands since when, ISO 8601. */
export const GONE = 'none since ';

/** A condition of a row: the code still had it when it was due. */
export const STANDS = `CASE WHEN times LIKE '${GONE}%' THEN due_at <= substr(times, ${GONE.length + 1})::timestamptz ELSE true END`;

/** Takes note that pipelines have no deadline now, of those that waited for one: since when, if that is not known. */
export async function noteGone(
  db: Db,
  { pipelines, now }: { readonly pipelines: readonly string[]; readonly now: string },
): Promise<void> {
  await db.query(
    `UPDATE deadlines SET times = $3 || $2
     WHERE pipeline = ANY($1) AND state = 'waiting' AND NOT starts_with(times, $3)`,
    [pipelines, now, GONE],
  );
}
