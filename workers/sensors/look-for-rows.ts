import { Client } from 'pg';
import { z } from 'zod';
import type { RowsSensor } from '../../core';
import { perennialError } from '../../core/errors';
import type { SeenRows } from '../../core/sensors/sensor';

/** ms that the query may take. */
const PATIENCE = 30_000;
/** Ids of rows that share the latest watermark: more of them are no watermark. */
const MOST_TIES = 20_000;
/** Characters of ids in one event: what is larger would not fit into a run's config. */
const LARGEST = 48_000;

const Cursor = z.object({ watermark: z.string(), ids: z.array(z.string()) });

/** How far a sensor has looked: the latest watermark, and which of the rows that have it were seen. */
export type RowsCursor = z.infer<typeof Cursor>;

/** What a look at a query found. */
export interface RowsLook {
  /** null: nothing new. */
  readonly seen: SeenRows | null;
  readonly cursor: RowsCursor | null;
  readonly trouble: string | null;
  readonly more: boolean;
}

interface Row {
  readonly watermark: string;
  readonly id: string | null;
  /** The same for rows of one watermark. */
  readonly level: number;
  /** Its watermark is the cursor's. */
  readonly known: boolean;
}

/**
 * Looks for rows that are new: with a later watermark than all before, or with the latest one and an id that was not seen. The
 * query is asked inside another that filters and sorts, so that the database's own order holds, whatever the type of the column.
 *
 * @param url of the database
 * @param before the cursor as the records have it
 * @throws PER_RUN_187 when it fails, PER_RUN_192 when its rows cannot be told apart
 */
export async function lookForRows(
  sensor: Pick<RowsSensor, 'query' | 'watermark' | 'id' | 'most'>,
  url: string,
  before: unknown,
): Promise<RowsLook> {
  const cursor = before === null ? null : Cursor.parse(before);
  const { rows, newest } = await ask(sensor, url, cursor);
  const taken = fitting(rows.slice(0, sensor.most));
  checkApart(rows);
  const last = taken.at(-1);
  if (last === undefined) {
    return { seen: null, cursor, trouble: newest === null ? null : wentBack(cursor, newest), more: false };
  }
  const seen = { from: cursor?.watermark ?? null, to: last.watermark, count: taken.length, ids: taken.map(idOf) };
  return { seen, cursor: cursorAfter(cursor, taken, last), trouble: null, more: taken.length < rows.length };
}

/** Rows from the front until their ids are too long for one event; at least one. */
function fitting(rows: readonly Row[]): readonly Row[] {
  let length = 0;
  const end = rows.findIndex(({ id }) => (length += (id ?? '').length + 3) > LARGEST);
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}

function checkApart(rows: readonly Row[]): void {
  const twice = rows.some(({ level, id }, i) => {
    const next = rows[i + 1];
    return next?.level === level && next.id === id;
  });
  if (twice) throw perennialError('PER_RUN_192', 'Two rows share their watermark and their id.');
  if (rows.some(({ id }) => id === null)) throw perennialError('PER_RUN_192', 'A row has no id.');
}

function idOf({ id }: Row): string {
  return id ?? '';
}

function cursorAfter(before: RowsCursor | null, taken: readonly Row[], { watermark, level, known }: Row): RowsCursor {
  const tied = taken.filter((row) => row.level === level).map(idOf);
  const ids = before !== null && known ? [...before.ids, ...tied] : tied;
  if (ids.length <= MOST_TIES) return { watermark, ids };
  throw perennialError('PER_RUN_192', `More than ${MOST_TIES} rows share the watermark ${watermark}.`);
}

function wentBack(cursor: RowsCursor | null, newest: Newest): string | null {
  if (cursor === null || !newest.back) return null;
  const said = newest.watermark === null ? 'there are no rows any more' : `the newest row has ${newest.watermark}`;
  return perennialError('PER_RUN_188', `It was at ${cursor.watermark}, and ${said}.`).message;
}

interface Newest {
  /** null: there is no row. */
  readonly watermark: string | null;
  /** It is before the cursor's. */
  readonly back: boolean;
}

/** The rows that are new, and one more than are taken; where there are none, the newest of all. */
async function ask(
  { query, watermark, id, most }: Pick<RowsSensor, 'query' | 'watermark' | 'id' | 'most'>,
  url: string,
  cursor: RowsCursor | null,
): Promise<{ readonly rows: readonly Row[]; readonly newest: Newest | null }> {
  const client = new Client({
    ...{ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'perennial sensor' },
    ...{ statement_timeout: PATIENCE, query_timeout: PATIENCE + 5_000 },
  });
  // A connection that drops between two queries says so as an event; the next query fails by itself.
  client.on('error', () => undefined);
  // The query stands on lines of its own: it may end in a comment. Names of columns are letters and digits.
  const from = `FROM (\n${query}\n) AS q`;
  const [w, i] = [`q."${watermark}"`, `q."${id}"`];
  // One without an id is new, so that it is told.
  const isSeen = `(${w} = $1 AND coalesce(${i}::text = ANY ($2::text[]), false))`;
  const isNew = cursor === null ? `${w} IS NOT NULL` : `${w} >= $1 AND NOT ${isSeen}`;
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // Watermarks are kept as text: it must read the same at the next look, wherever that is.
    await client.query(
      `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL extra_float_digits = 1`,
    );
    const { rows } = await client.query<Row>(
      // What is equal is Postgres' to say: 1.0 and 1.00 are one watermark.
      `SELECT w::text AS watermark, i::text AS id, dense_rank() OVER (ORDER BY w)::int AS level, known
       FROM (SELECT ${w} AS w, ${i} AS i, ${cursor === null ? 'false' : `${w} = $1`} AS known ${from}
             WHERE ${isNew} ORDER BY ${w}, ${i} LIMIT ${most + 1}) AS taken ORDER BY w, i`,
      cursor === null ? [] : [cursor.watermark, cursor.ids],
    );
    if (rows.length > 0 || cursor === null) return { rows, newest: null };
    const { rows: latest } = await client.query<Newest>(
      `SELECT ${w}::text AS watermark, ${w} < $1 AS back ${from} WHERE ${w} IS NOT NULL ORDER BY ${w} DESC LIMIT 1`,
      [cursor.watermark],
    );
    return { rows: [], newest: latest[0] ?? { watermark: null, back: true } };
  } catch (cause) {
    throw failed(cause);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function failed(cause: unknown): Error {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  const said = cause instanceof Error ? cause.message : String(cause);
  return perennialError('PER_RUN_187', `Postgres said: ${said}${code}.`, { cause });
}
