import type { Client } from 'pg';
import { LOCK_TIMEOUT, withLockWaits } from './locks';
import { type Statement, statementsIn } from './statements';

/**
 * Does work in one transaction whose statements wait a second at most for a lock on a table, and again while they do not get it.
 *
 * @throws PER_RUN_160
 */
export async function inTransaction<T>(
  client: Client,
  what: string,
  work: () => Promise<T>,
  waits?: readonly number[],
): Promise<T> {
  return withLockWaits(
    what,
    async () => {
      await client.query('BEGIN');
      try {
        await client.query(`SELECT set_config('lock_timeout', $1, true)`, [String(LOCK_TIMEOUT)]);
        const result = await work();
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
    waits,
  );
}

/**
 * Does the statements of a migration one by one, each of them done once it returns. A kill in the middle is mended by doing
 * all of it again, so each has to bear that: `IF NOT EXISTS`. An index that a kill has left half built is dropped first.
 *
 * @throws PER_RUN_160
 */
export async function applyOutside(
  client: Client,
  sql: string,
  what: string,
  waits?: readonly number[],
): Promise<void> {
  for (const statement of statementsIn(sql)) {
    await dropHalfBuilt(client, statement);
    // What holds up nobody while it waits may wait; the rest may not.
    const timeout = waitsAlone(statement) ? 0 : LOCK_TIMEOUT;
    await client.query(`SELECT set_config('lock_timeout', $1, false)`, [String(timeout)]);
    await withLockWaits(what, () => apply(client, statement), waits);
  }
}

async function apply(client: Client, { text, inBatches }: Statement): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(text);
    if (!inBatches || (rowCount ?? 0) === 0) return;
  }
}

/** Whether a statement takes locks that no reader and no writer of the table waits for. */
function waitsAlone({ text, inBatches }: Statement): boolean {
  return inBatches || /\bCONCURRENTLY\b|\bVALIDATE\s+CONSTRAINT\b/i.test(text);
}

async function dropHalfBuilt(client: Client, { text }: Statement): Promise<void> {
  const name = /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+IF\s+NOT\s+EXISTS\s+(\w+)/i.exec(text)?.[1];
  if (name === undefined) return;
  const { rows } = await client.query(
    `SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
     WHERE relname = $1 AND pg_table_is_visible(pg_class.oid) AND NOT indisvalid`,
    [name.toLowerCase()],
  );
  if (rows.length > 0) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
}
