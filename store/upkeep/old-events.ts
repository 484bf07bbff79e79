import type { Db } from '../db';
import type { SensorKey } from '../sensors/sensor-row';

/** What of sensors and of the outbox went, or would. */
export interface GoneEvents {
  /** What sensors have seen. */
  readonly events: number;
  /** Files that are not in their folders any more. */
  readonly files: number;
  /** Rows of the outbox. */
  readonly outbox: number;
}

interface Options {
  readonly dryRun: boolean;
  /** Rows that one statement removes at most. */
  readonly batch: number;
  readonly stopping: () => boolean;
}

/** Rows by their place, which the batch of a statement is chosen by. */
interface Old {
  readonly table: 'sensor_events' | 'sensor_files' | 'outbox';
  readonly where: string;
  readonly values: readonly unknown[];
}

/**
 * Removes what sensors have seen before a time, files that were last in their folders so long before the last look, and rows of the
 * outbox that were dispatched before that time. What is not dispatched, or whose run is open, stays; so do rows of the outbox that
 * answer a question later (that a version of a data set was told, what a retrain handed over).
 */
export async function removeOldEvents(db: Db, before: string, options: Options): Promise<GoneEvents> {
  const { rows: sensors } = await db.query<SensorKey>('SELECT pipeline, sensor FROM sensors ORDER BY 1, 2');
  let [events, files] = [0, 0];
  for (const { pipeline, sensor } of sensors) {
    const values = [before, pipeline, sensor];
    events += await remove(db, { table: 'sensor_events', where: EVENTS, values }, options);
    files += await remove(db, { table: 'sensor_files', where: FILES, values }, options);
  }
  return { events, files, outbox: await remove(db, { table: 'outbox', where: OUTBOX, values: [before] }, options) };
}

const EVENTS = `pipeline = $2 AND sensor = $3 AND seen_at < $1::timestamptz
  AND NOT EXISTS (SELECT FROM outbox o WHERE o.id = 'sensor:' || pipeline || ':' || sensor || ':' || event
                  AND o.dispatched_at IS NULL)
  AND NOT EXISTS (SELECT FROM runs r WHERE r.id = run_id AND r.status = 'running')`;

// By the last look that went well: while nobody looks, or the folder is away, files are not gone.
const FILES = `pipeline = $2 AND sensor = $3 AND EXISTS (
  SELECT FROM sensors s WHERE s.pipeline = $2 AND s.sensor = $3 AND s.error IS NULL
    AND sensor_files.there_at < s.looked_at - (now() - $1::timestamptz))`;

const OUTBOX = `dispatched_at < $1::timestamptz AND (
  kind = 'sensor'
  OR kind = 'cause' AND EXISTS (SELECT FROM decisions d WHERE d.cause_id = payload -> 'event' -> 'cause' ->> 'id'))`;

async function remove(db: Db, { table, where, values }: Old, { dryRun, batch, stopping }: Options): Promise<number> {
  if (dryRun) {
    const { rows } = await db.query<{ count: number }>(`SELECT count(*) AS count FROM ${table} WHERE ${where}`, [
      ...values,
    ]);
    return rows[0]?.count ?? 0;
  }
  let total = 0;
  while (!stopping()) {
    const { rowCount } = await db.query(
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${where} LIMIT ${batch}))`,
      [...values],
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) break;
  }
  return total;
}
