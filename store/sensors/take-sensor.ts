import type { PoolClient } from 'pg';
import type { SensorKey } from './sensor-row';

/**
 * Takes a sensor for the length of the caller's transaction, in which it is looked: of several workers one looks.
 *
 * @param options.anyway also where it was looked a moment ago, since there was more
 * @returns null: another one looks, or it is not time yet; a cursor of null: it has never seen anything
 */
export async function takeSensor(
  tx: PoolClient,
  { pipeline, sensor }: SensorKey,
  { anyway }: { readonly anyway: boolean },
): Promise<{ readonly cursor: unknown } | null> {
  const { rows } = await tx.query<{ cursor: unknown }>(
    // A little less than its interval: else a worker that comes a moment early would leave every second look out.
    `SELECT cursor FROM sensors
     WHERE pipeline = $1 AND sensor = $2
       AND ($3 OR looked_at IS NULL OR looked_at <= clock_timestamp() - every_ms * interval '0.9 ms')
     FOR UPDATE SKIP LOCKED`,
    [pipeline, sensor, anyway],
  );
  return rows[0] ?? null;
}
