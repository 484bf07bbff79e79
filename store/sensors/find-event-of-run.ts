import type { Db } from '../db';
import { EVENT_COLUMNS, type SensorEventRow } from './sensor-row';

/** What started a run from outside; null: it was not a sensor. */
export async function findEventOfRun(db: Db, run: string): Promise<SensorEventRow | null> {
  const { rows } = await db.query<SensorEventRow>(
    `SELECT ${EVENT_COLUMNS} FROM sensor_events WHERE run_id = $1 ORDER BY seen_at LIMIT 1`,
    [run],
  );
  return rows[0] ?? null;
}
