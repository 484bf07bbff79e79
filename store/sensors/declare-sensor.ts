import type { Db } from '../db';
import type { SensorRow } from './sensor-row';

/** Writes down that a project has a sensor, and where it looks. How far it has looked stays, unless it became one of another kind. */
export async function declareSensor(
  db: Db,
  { pipeline, sensor, kind, source, every }: Pick<SensorRow, 'pipeline' | 'sensor' | 'kind' | 'source' | 'every'>,
): Promise<void> {
  await db.query(
    `INSERT INTO sensors AS s (pipeline, sensor, kind, source, every_ms) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (pipeline, sensor) DO UPDATE
     SET kind = excluded.kind, source = excluded.source, every_ms = excluded.every_ms,
         cursor = CASE WHEN s.kind = excluded.kind THEN s.cursor END`,
    [pipeline, sensor, kind, source, every],
  );
}
