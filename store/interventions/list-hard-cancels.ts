import type { Db } from '../db';

/** Runs that somebody wanted ended at once, some seconds ago, and that are still open: with who and why. */
export async function listHardCancels(
  db: Db,
  since: number,
): Promise<{ readonly run: string; readonly by: string; readonly reason: string | null }[]> {
  const { rows } = await db.query<{ run: string; by: string; reason: string | null }>(
    `SELECT DISTINCT ON (r.id) r.id AS run, i.by, i.reason
     FROM interventions i JOIN runs r ON r.id = i.run_id
     WHERE r.status = 'running' AND i.action = 'cancel' AND i.detail @> '{"hard": true}'
       AND i.at < now() - make_interval(secs => $1)
     ORDER BY r.id, i.at LIMIT 200`,
    [since],
  );
  return rows;
}
