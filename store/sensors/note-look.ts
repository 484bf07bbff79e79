import type { Json } from '../../core/plan/json';
import type { Db } from '../db';
import type { SensorKey } from './sensor-row';

/**
 * Writes down how a look ended.
 *
 * @param look.cursor how far it has looked; undefined: where it was
 * @param look.error what was wrong; null: nothing
 */
export async function noteLook(
  db: Db,
  { pipeline, sensor }: SensorKey,
  { cursor, error }: { readonly cursor?: Json | undefined; readonly error: string | null },
): Promise<void> {
  await db.query(
    `UPDATE sensors SET looked_at = clock_timestamp(), error = $3, cursor = CASE WHEN $4 THEN $5::jsonb ELSE cursor END
     WHERE pipeline = $1 AND sensor = $2`,
    [pipeline, sensor, error, cursor !== undefined, cursor === undefined ? null : JSON.stringify(cursor)],
  );
}
