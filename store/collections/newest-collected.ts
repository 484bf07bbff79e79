import type { Db } from '../db';

/** Whose earlier collections are asked for: those of the runs of the same pipeline as this one's, from the same source. */
export interface Earlier {
  readonly run: string;
  readonly sourceKey: string;
  readonly time: string;
}

/** The newest instant that earlier runs of a pipeline collected from a source, to the microsecond; null: there was none. */
export async function newestCollected(db: Db, { run, sourceKey, time }: Earlier): Promise<string | null> {
  const { rows } = await db.query<{ newest: string | null }>(
    `SELECT to_char(max(c.newest) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS newest
     FROM collections c JOIN runs r ON r.id = c.run_id JOIN runs mine ON mine.id = $1
     WHERE c.source_key = $2 AND c.time_column = $3 AND r.pipeline = mine.pipeline AND c.run_id <> mine.id`,
    [run, sourceKey, time],
  );
  return rows[0]?.newest ?? null;
}
