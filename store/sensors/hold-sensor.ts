import type { Pool, PoolClient } from 'pg';
import type { SensorKey } from './sensor-row';

/** A sensor that this process alone looks for, until the work that it was given to ends. */
export interface HeldSensor {
  /** null: it has never seen anything. */
  readonly cursor: unknown;
  /** For questions, each by itself: no transaction is open while it is looked. */
  readonly db: PoolClient;
  /**
   * Writes down what was seen, in one transaction.
   *
   * @returns null, and nothing is written: somebody has looked since, who did not know of this one
   */
  readonly commit: <T>(work: (tx: PoolClient) => Promise<T>) => Promise<T | null>;
}

/**
 * Holds a sensor while it is looked: of several workers one looks. A look may take long, so that the hold is a lock of the session,
 * which keeps no transaction open and goes with the connection.
 *
 * @param options.anyway also where it was looked a moment ago, since there was more
 * @returns null: another one looks, or it is not time yet
 */
export async function holdSensor<T>(
  pool: Pool,
  key: SensorKey,
  { anyway }: { readonly anyway: boolean },
  work: (held: HeldSensor) => Promise<T>,
): Promise<T | null> {
  const client = await pool.connect();
  // One that drops between two queries says so as an event, and one that nobody hears ends the process.
  const unheard = (): void => undefined;
  client.on('error', unheard);
  const lock = `perennial sensor ${key.pipeline}/${key.sensor}`;
  let whole = false;
  try {
    if (!(await tryLock(client, lock))) {
      whole = true;
      return null;
    }
    const found = await findDue(client, key, anyway);
    const result = found === null ? null : await work(heldOf(client, key, found));
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
    whole = true;
    return result;
  } finally {
    client.off('error', unheard);
    // With the connection go the lock and what is left of a transaction.
    client.release(!whole);
  }
}

interface Due {
  readonly cursor: unknown;
  /** As Postgres writes it: to the microsecond. */
  readonly looked: string | null;
}

async function tryLock(client: PoolClient, lock: string): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS mine',
    [lock],
  );
  return rows[0]?.mine === true;
}

async function findDue(client: PoolClient, { pipeline, sensor }: SensorKey, anyway: boolean): Promise<Due | null> {
  const { rows } = await client.query<Due>(
    // A little less than its interval: else a worker that comes a moment early would leave every second look out.
    `SELECT cursor, looked_at::text AS looked FROM sensors
     WHERE pipeline = $1 AND sensor = $2
       AND ($3 OR looked_at IS NULL OR looked_at <= clock_timestamp() - every_ms * interval '0.9 ms')`,
    [pipeline, sensor, anyway],
  );
  return rows[0] ?? null;
}

function heldOf(client: PoolClient, { pipeline, sensor }: SensorKey, { cursor, looked }: Due): HeldSensor {
  return {
    cursor,
    db: client,
    async commit(work) {
      await client.query('BEGIN');
      try {
        const { rowCount } = await client.query(
          `SELECT FROM sensors WHERE pipeline = $1 AND sensor = $2 AND looked_at IS NOT DISTINCT FROM $3::timestamptz
           FOR UPDATE`,
          [pipeline, sensor, looked],
        );
        const result = rowCount === 1 ? await work(client) : null;
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    },
  };
}
