import type { Db } from '../db';
import type { SensorRow } from './sensor-row';

/** Which sensors to list. */
export interface SensorsPage {
  readonly limit: number;
  readonly pipeline?: string;
  readonly sensor?: string;
}

/** Sensors by name, those of a pipeline together, that some worker has once declared. */
export async function listSensors(db: Db, { limit, pipeline, sensor }: SensorsPage): Promise<SensorRow[]> {
  const { rows } = await db.query<SensorRow>(
    `SELECT s.pipeline, s.sensor, s.kind, s.source, s.every_ms AS every, s.cursor, s.looked_at AS "lookedAt", s.error,
            e.last AS "lastSeen", e.events, e.refused
     FROM sensors AS s CROSS JOIN LATERAL (
       SELECT max(seen_at) AS last, count(*) AS events, count(*) FILTER (WHERE run_id IS NULL) AS refused
       FROM sensor_events AS e WHERE e.pipeline = s.pipeline AND e.sensor = s.sensor
     ) AS e
     WHERE ($2::text IS NULL OR s.pipeline = $2) AND ($3::text IS NULL OR s.sensor = $3)
     ORDER BY s.pipeline, s.sensor LIMIT $1`,
    [limit, pipeline ?? null, sensor ?? null],
  );
  return rows;
}
