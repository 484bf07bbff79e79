import type { Db } from '../db';
import { EVENT_COLUMNS, type SensorEventRow, type SensorKey } from './sensor-row';

/** What a sensor has seen, the newest first. */
export async function listSensorEvents(
  db: Db,
  { pipeline, sensor }: SensorKey,
  { limit }: { readonly limit: number },
): Promise<SensorEventRow[]> {
  const { rows } = await db.query<SensorEventRow>(
    `SELECT ${EVENT_COLUMNS} FROM sensor_events WHERE pipeline = $1 AND sensor = $2 ORDER BY seen_at DESC, event LIMIT $3`,
    [pipeline, sensor, limit],
  );
  return rows;
}
