import { Pool, type PoolClient, types } from 'pg';

/** A pool, or a client inside a transaction: what every query file takes first. */
export type Db = Pool | PoolClient;

// bigint columns (counts, fences, bytes) fit a double for as long as anyone lives; pg would hand them over as text.
types.setTypeParser(types.builtins.INT8, Number);
// Instants leave the store as ISO 8601 text in UTC, the one form used in records, configs and histories.
types.setTypeParser(types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());

/**
 * Opens a pool. It connects lazily; an unreachable server shows at the first query.
 *
 * @param options.admit is asked of each new connection before anybody has it; where it throws nobody gets it
 */
export function openDb(
  url: string,
  options: { max?: number; admit?: (client: PoolClient) => Promise<unknown> } = {},
): Pool {
  const { max = 10, admit } = options;
  const pool = new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    ...(admit && {
      verify: (client: PoolClient, done: (error?: Error) => void) => {
        admit(client).then(
          () => {
            done();
          },
          (error: unknown) => {
            done(error instanceof Error ? error : new Error(String(error)));
          },
        );
      },
    }),
  });
  // An idle client whose server went away must not take the process with it: the next query reconnects.
  pool.on('error', () => undefined);
  return pool;
}

/** Runs `work` on a database with one connection, which is closed afterwards. */
export async function withDb<T>(url: string, work: (db: Pool) => Promise<T>): Promise<T> {
  const db = openDb(url, { max: 1 });
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

/**
 * The same database to be read only: who connects by this URL is refused every write (Postgres' code 25006). It keeps from
 * mistakes, not from intent: a session may take the setting back.
 */
export function readOnlyUrl(url: string): string {
  const parsed = new URL(url);
  const before = parsed.searchParams.get('options');
  parsed.searchParams.delete('options');
  const options = [...(before === null ? [] : [before]), '-c default_transaction_read_only=on'].join(' ');
  // Not by searchParams, which would write a space as `+`: libpq takes that for what it is.
  return `${parsed.href}${parsed.search === '' ? '?' : '&'}options=${encodeURIComponent(options)}`;
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function transaction<T>(db: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await db.connect();
  let broken: Error | undefined;
  // The pool's own listener is off while a client is out. A connection that drops between two queries says so as an
  // event, and one that nobody hears ends the process; the next query fails by itself.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((e: unknown) => {
      broken = e instanceof Error ? e : new Error(String(e));
    });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** Ends each statement of a transaction that takes longer, or waits longer for a lock, ms. */
export async function limitStatements(tx: PoolClient, ms: number): Promise<void> {
  await tx.query(`SELECT set_config('statement_timeout', $1, true)`, [String(ms)]);
}
