import type { Db } from '../db';
import { EVENT_COLUMNS, type SensorEventRow, type SensorKey } from './sensor-row';

/** One event of a sensor, with the SHA-256 of what it was sent as (null: of before that was kept); null: it has seen none by this id. */
export async function findSensorEvent(
  db: Db,
  { pipeline, sensor, event }: SensorKey & { readonly event: string },
): Promise<(SensorEventRow & { readonly sent: string | null }) | null> {
  const { rows } = await db.query<SensorEventRow & { sent: string | null }>(
    `SELECT ${EVENT_COLUMNS}, sent FROM sensor_events WHERE pipeline = $1 AND sensor = $2 AND event = $3`,
    [pipeline, sensor, event],
  );
  return rows[0] ?? null;
}
