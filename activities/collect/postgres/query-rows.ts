import type { FieldDef, QueryArrayConfig, QueryArrayResult } from 'pg';
import { Client } from 'pg';
import { z } from 'zod';
import { isPerennialError, perennialError } from '../../../core/errors';
import type { ColumnType } from '../../../steps/collect';
import type { PostgresConnection } from '../../../steps/sources';
import { refuseDoubled, refuseMissing } from '../declared';
import type { Wanted } from '../obtain';

/** Rows that are held in memory at once. */
const AT_ONCE = 5_000;
const CONNECT_WITHIN = 15_000;

/** Postgres's numbers of the types that may be read as a declared one without a loss. */
const READABLE: Record<ColumnType, readonly number[]> = {
  timestamp: [1082, 1114, 1184],
  integer: [20, 21, 23],
  number: [20, 21, 23, 700, 701, 1700],
  text: [18, 19, 25, 1042, 1043, 2950],
  boolean: [16],
};
/** From here on types are users' own: enumerations above all, which are read as text. */
const FIRST_OWN_TYPE = 16_384;

/** A query on a database. */
export interface Query {
  readonly connection: PostgresConnection;
  readonly query: string;
  readonly wanted: Wanted;
  /** For messages and records. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** A cell as Postgres writes it; null is no value. */
export type Cells = readonly (string | null)[];

/**
 * Asks for a window's rows in one read-only transaction, ordered by time and then by all columns, so that the same rows come
 * in the same order. They come in portions: the answer may be larger than memory.
 *
 * @param take is handed each portion before the next one is asked for
 * @throws PER_DATA_003 PER_DATA_004 PER_DATA_015 PER_DATA_040 PER_DATA_041
 */
export async function queryRows(query: Query, take: (rows: readonly Cells[]) => Promise<void>): Promise<void> {
  const { signal } = query;
  signal.throwIfAborted();
  const client = clientOf(query.connection);
  // A connection that is lost between two queries says so here alone.
  client.on('error', () => undefined);
  const cancel = (): void => void cancelQuery(query.connection, client);
  signal.addEventListener('abort', cancel);
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL extra_float_digits = 1`);
    checkColumns((await texts(client, `SELECT * FROM (${inside(query.query)}) q LIMIT 0`)).fields, query);
    await declare(client, query);
    for (;;) {
      const { rows } = await texts(client, `FETCH ${AT_ONCE} FROM collected`);
      signal.throwIfAborted();
      if (rows.length === 0) break;
      await take(rows);
    }
    await client.query('COMMIT');
  } catch (error) {
    signal.throwIfAborted();
    throw asFailure(error, query.name);
  } finally {
    signal.removeEventListener('abort', cancel);
    await client.end().catch(() => undefined);
  }
}

function clientOf({ ssl, ca, ...connection }: PostgresConnection): Client {
  return new Client({
    ...connection,
    ssl: ssl ? { rejectUnauthorized: true, ...(ca !== undefined && { ca }) } : false,
    connectionTimeoutMillis: CONNECT_WITHIN,
    application_name: 'perennial collect',
    keepAlive: true,
  });
}

/** The query as a part of another: its end may be a semicolon, or a comment. */
function inside(query: string): string {
  return `${query.trim().replace(/;+$/, '')}\n`;
}

async function declare(client: Client, { query, wanted }: Query): Promise<void> {
  const { columns, time, window, after = null } = wanted;
  const names = Object.keys(columns);
  const order = [time, ...names.filter((name) => name !== time)].map((name) => `q.${client.escapeIdentifier(name)}`);
  const at = `q.${client.escapeIdentifier(time)}`;
  await client.query(
    `DECLARE collected NO SCROLL CURSOR FOR
     SELECT ${names.map((name) => `q.${client.escapeIdentifier(name)}`).join(', ')} FROM (${inside(query)}) q
     WHERE ${at} >= $1::timestamptz AND ${at} < $2::timestamptz AND ($3::timestamptz IS NULL OR ${at} > $3)
     ORDER BY ${order.join(', ')}`,
    [window.from, window.to, after],
  );
}

/** Runs a statement, one alone, and takes every value as the text that Postgres wrote. */
function texts(client: Client, text: string): Promise<QueryArrayResult<(string | null)[]>> {
  const types = { getTypeParser: () => (value: string) => value };
  const config: QueryArrayConfig & { readonly queryMode: 'extended' } = {
    text,
    rowMode: 'array',
    types,
    queryMode: 'extended',
  };
  return client.query<(string | null)[]>(config);
}

function checkColumns(fields: readonly FieldDef[], { wanted, name }: Query): void {
  const names = fields.map((field) => field.name);
  refuseDoubled(names, name);
  refuseMissing(names, Object.keys(wanted.columns), name);
  for (const [column, type] of Object.entries(wanted.columns)) {
    const found = fields.find((field) => field.name === column)?.dataTypeID ?? 0;
    if (READABLE[type].includes(found) || (type === 'text' && found >= FIRST_OWN_TYPE)) continue;
    throw perennialError(
      'PER_DATA_004',
      `Column '${column}' of ${name} has the type ${found} of pg_type, declared as ${type}: cast it in the query.`,
    );
  }
}

/** A query that sorts for an hour is ended by the database alone. */
async function cancelQuery(connection: PostgresConnection, running: Client): Promise<void> {
  const canceller = clientOf(connection);
  canceller.on('error', () => undefined);
  try {
    await canceller.connect();
    const { rows } = z
      .object({ rows: z.array(z.unknown()) })
      .parse(await canceller.query('SELECT pg_cancel_backend($1)', [Backend.parse(running).processID]));
    if (rows.length === 0) return;
  } catch {
    // The step ends without it; the database notices when the connection is closed.
  } finally {
    await canceller.end().catch(() => undefined);
  }
}

const Backend = z.object({ processID: z.int() });
const Refused = z.object({ code: z.string().regex(/^[0-9A-Z]{5}$/), message: z.string() });
/** SQLSTATE classes of what may be otherwise the next time: connection, resources, intervention, a conflict. */
const PASSING = /^(08|40|53|57|58|XX)/;

function asFailure(error: unknown, name: string): unknown {
  if (isPerennialError(error)) return error;
  const refused = Refused.safeParse(error);
  if (refused.success && !PASSING.test(refused.data.code)) {
    const { code, message } = refused.data;
    return perennialError('PER_DATA_040', `${name} was refused: ${message} (${code}).`, { cause: error });
  }
  const said = error instanceof Error ? error.message : String(error);
  return perennialError('PER_DATA_041', `${name} could not be asked for: ${said}.`, { cause: error });
}
