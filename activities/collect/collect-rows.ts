import { z } from 'zod';
import { isPerennialError, perennialError } from '../../core/errors';
import type { Columns } from '../../steps/collect';
import type { Window } from '../../steps/types';
import { withDuckdb, type Duckdb } from '../data/duckdb';
import { ROW_NUMBER } from '../data/row-number';
import { asInstant, identifier, seededDraw } from '../data/sql';
import type { Work, Written } from '../data/work';
import { SQL_TYPE } from './cells';
import { checkDeclared } from './declared';
import type { FoundSource } from './find-source';
import { cellsRead, FILE } from './parquet-parts';
import { partsOf } from './parts';
import { plainFiles } from './plain-files';
import { readable } from './unreadable';

export interface CollectOptions {
  readonly source: FoundSource;
  readonly columns: Columns;
  readonly time: string;
  readonly window: Window;
  /** Only rows after this instant, which may have microseconds. */
  readonly after?: string;
  readonly sample?: { readonly rows: number; readonly seed: number } | undefined;
}

/** Rows that were collected, with their oldest and newest instant. */
export interface Collected extends Written {
  readonly from: string;
  readonly to: string;
  /** The same two to the microsecond. */
  readonly oldest: string;
  readonly newest: string;
}

/** The first instant that the records can hold: theirs has no year 0. */
const FIRST_INSTANT = '0001-01-01T00:00:00.000Z';

/**
 * Copies the declared columns of a window's rows, in the order of the files and of their rows, to `collected.parquet` in
 * the scratch folder. A row whose time is null lies in no window.
 *
 * @throws PER_DATA_002 to PER_DATA_005 PER_DATA_015 PER_DATA_020 to PER_DATA_025 PER_DATA_028 PER_DATA_044
 */
export async function collectRows(work: Work, options: CollectOptions): Promise<Collected> {
  const { columns, time, window } = options;
  checkDeclared(columns, time);
  if (window.from < FIRST_INSTANT) {
    throw perennialError('PER_DATA_044', `The window begins at ${window.from}, before the year 1.`);
  }
  const source = await plainFiles(options.source, work);
  return withDuckdb({ ...work, reads: source.files.map(({ path }) => path) }, async (duck) => {
    const parts = await partsOf(duck, source, { scratch: work.scratch, columns, signal: work.signal });
    const path = `${work.scratch}/collected.parquet`;
    await copy(duck, { ...options, source }, parts, path);
    const range = await rangeOf(duck, [path], time);
    const { rows, from, to, oldest, newest } = range;
    if (rows > 0 && from !== null && to !== null && oldest !== null && newest !== null) {
      return { path, rows, from, to, oldest, newest };
    }
    const all = await rangeOf(duck, parts, time);
    if (options.after !== undefined) throw nothingNew(options, options.after, all.to);
    const has = all.from === null ? 'has no instants at all' : `reaches from ${all.from} to ${String(all.to)}`;
    throw perennialError('PER_DATA_005', `No row of ${source.name} lies in [${window.from}, ${window.to}): it ${has}.`);
  });
}

function nothingNew({ source, window }: CollectOptions, after: string, newest: string | null): Error {
  const has = newest === null ? 'it has no instants at all' : `its newest is of ${newest}`;
  const inside = `in [${window.from}, ${window.to})`;
  return perennialError('PER_DATA_043', `${source.name} has nothing ${inside} that is newer than ${after}: ${has}.`);
}

async function copy(duck: Duckdb, options: CollectOptions, parts: readonly string[], path: string): Promise<void> {
  const { columns, window, sample, after } = options;
  const names = Object.keys(columns).map(identifier).join(', ');
  const cast = Object.entries(columns).map(([n, type]) => `${identifier(n)}::${SQL_TYPE[type]} AS ${identifier(n)}`);
  const time = `${identifier(options.time)}::TIMESTAMP`;
  const several = parts.length > 1;
  const [file, reader] = several
    ? [`, list_position($paths, ${FILE}) AS ${FILE}`, `file_row_number = true, filename = '${FILE}'`]
    : ['', 'file_row_number = true'];
  const place = several ? `${FILE}, ${ROW_NUMBER}` : ROW_NUMBER;
  const drawn = seededDraw(several ? `${FILE}::VARCHAR || ':' || ${ROW_NUMBER}` : ROW_NUMBER);
  const inWindow = `
    SELECT ${cast.join(', ')}, ${ROW_NUMBER}${file} FROM read_parquet($paths, ${reader})
    WHERE ${time} >= $from::TIMESTAMP AND ${time} < $to::TIMESTAMP
      ${after === undefined ? '' : `AND ${time} > $after::TIMESTAMP`}`;
  const chosen = sample ? `${inWindow} ORDER BY ${drawn}, ${place} LIMIT $rows::BIGINT` : inWindow;
  const values = { paths: parts, from: window.from, to: window.to, ...(after !== undefined && { after }) };
  const select = `SELECT ${names} FROM (${chosen}) ORDER BY ${place}`;
  try {
    await duck.writeParquet(select, path, sample ? { ...values, ...sample } : values);
  } catch (error) {
    // Damage inside a page shows here; so does a full disk. Reading without writing tells the two apart.
    await refuseDamaged(duck, options, parts);
    throw error;
  }
}

/** Reads each part by itself: the one with damage is named. A value beyond its declared type is told too. */
async function refuseDamaged(
  duck: Duckdb,
  { source, columns }: CollectOptions,
  parts: readonly string[],
): Promise<void> {
  for (const [index, path] of parts.entries()) {
    const { name } = source.files[index] ?? source;
    await readable({ name, path }, 'parquet', () =>
      duck.row(z.unknown(), `SELECT ${cellsRead(columns)} AS cells FROM read_parquet($path)`, { path }),
    );
    for (const [column, type] of Object.entries(columns)) {
      const cast = `count(${identifier(column)}::${SQL_TYPE[type]})`;
      await duck.row(z.unknown(), `SELECT ${cast} FROM read_parquet($path)`, { path }).catch((cause: unknown) => {
        if (!isPerennialError(cause) || cause.code !== 'PER_DATA_011') throw cause;
        throw perennialError('PER_DATA_004', `Column '${column}' of ${name} has a value that is beyond ${type}.`, {
          cause,
        });
      });
    }
  }
}

const instant = z.string().nullable();
const Range = z.object({ rows: z.int(), from: instant, to: instant, oldest: instant, newest: instant });

async function rangeOf(duck: Duckdb, paths: readonly string[], time: string): Promise<z.infer<typeof Range>> {
  const t = identifier(time);
  return duck.row(
    Range,
    `SELECT count(*) AS rows, ${asInstant(`min(${t})::TIMESTAMP`)} AS "from", ${asInstant(`max(${t})::TIMESTAMP`)} AS "to",
            ${exactly(`min(${t})::TIMESTAMP`)} AS oldest, ${exactly(`max(${t})::TIMESTAMP`)} AS newest
     FROM read_parquet($paths)`,
    { paths },
  );
}

function exactly(instant: string): string {
  return `strftime(${instant}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
}
