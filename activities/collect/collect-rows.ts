import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Columns, ColumnType } from '../../steps/collect';
import type { Window } from '../../steps/types';
import { withDuckdb, type Duckdb } from '../data/duckdb';
import { ROW_NUMBER, refuseNames } from '../data/row-number';
import { columnIn, columnsOf, type Column } from '../data/schema';
import { asInstant, identifier, seededDraw } from '../data/sql';
import type { Work, Written } from '../data/work';
import type { FoundSource } from './find-source';

export interface CollectOptions {
  readonly source: FoundSource;
  readonly columns: Columns;
  readonly time: string;
  readonly window: Window;
  readonly sample?: { readonly rows: number; readonly seed: number } | undefined;
}

/** Rows that were collected, with their oldest and newest instant. */
export interface Collected extends Written {
  readonly from: string;
  readonly to: string;
}

/** Which found types may be read as a declared one without a loss. */
const READABLE: Record<ColumnType, readonly ColumnType[]> = {
  timestamp: ['timestamp'],
  integer: ['integer'],
  number: ['number', 'integer'],
  text: ['text'],
  boolean: ['boolean'],
};
const SQL_TYPE: Record<ColumnType, string> = {
  timestamp: 'TIMESTAMP',
  integer: 'BIGINT',
  number: 'DOUBLE',
  text: 'VARCHAR',
  boolean: 'BOOLEAN',
};

/**
 * Copies the declared columns of a window's rows, in the order of the file, to `collected.parquet` in the scratch folder.
 * A row whose time is null lies in no window.
 *
 * @throws PER_DATA_002 PER_DATA_003 PER_DATA_004 PER_DATA_005
 */
export async function collectRows(work: Work, options: CollectOptions): Promise<Collected> {
  const { source, window } = options;
  return withDuckdb({ ...work, reads: [source.path] }, async (duck) => {
    const found = await readable(source, () => columnsOf(duck, source.path));
    checkColumns(found, options);
    const path = `${work.scratch}/collected.parquet`;
    await copy(duck, options, path);
    const range = await rangeOf(duck, path, options.time);
    if (range.rows > 0 && range.from !== null && range.to !== null) {
      return { path, rows: range.rows, from: range.from, to: range.to };
    }
    const all = await rangeOf(duck, source.path, options.time);
    const has = all.from === null ? 'has no instants at all' : `reaches from ${all.from} to ${String(all.to)}`;
    throw perennialError('PER_DATA_005', `No row of ${source.name} lies in [${window.from}, ${window.to}): it ${has}.`);
  });
}

function checkColumns(found: readonly Column[], { source, columns, time }: CollectOptions): void {
  const declared = { [time]: 'timestamp' as const, ...columns };
  if (columns[time] === undefined) {
    throw perennialError('PER_DATA_003', `The time column '${time}' is not among the columns that are declared.`);
  }
  refuseNames(found, [ROW_NUMBER], source.name);
  for (const [name, type] of Object.entries(declared)) {
    const column = columnIn(found, name, source.name);
    if (column.type === null || !READABLE[type].includes(column.type)) {
      throw perennialError('PER_DATA_004', `Column '${name}' of ${source.name} is ${column.sql}, declared as ${type}.`);
    }
    if (name === time && type !== 'timestamp') {
      throw perennialError(
        'PER_DATA_004',
        `The time column '${name}' is declared as ${type}; only a timestamp cuts windows.`,
      );
    }
  }
}

async function copy(duck: Duckdb, options: CollectOptions, path: string): Promise<void> {
  const { source, columns, window, sample } = options;
  const names = Object.keys(columns).map(identifier).join(', ');
  const cast = Object.entries(columns).map(([n, type]) => `${identifier(n)}::${SQL_TYPE[type]} AS ${identifier(n)}`);
  const time = `${identifier(options.time)}::TIMESTAMP`;
  const inWindow = `
    SELECT ${cast.join(', ')}, ${ROW_NUMBER} FROM read_parquet($path, file_row_number = true)
    WHERE ${time} >= $from::TIMESTAMP AND ${time} < $to::TIMESTAMP`;
  const chosen = sample
    ? `${inWindow} ORDER BY ${seededDraw(ROW_NUMBER)}, ${ROW_NUMBER} LIMIT $rows::BIGINT`
    : inWindow;
  const values = { path: source.path, from: window.from, to: window.to };
  const select = `SELECT ${names} FROM (${chosen}) ORDER BY ${ROW_NUMBER}`;
  try {
    await duck.writeParquet(select, path, sample ? { ...values, ...sample } : values);
  } catch (error) {
    // Damage inside a page shows here; so does a full disk. Reading without writing tells the two apart.
    const columnsRead = Object.keys(columns).map((n) => `count(${identifier(n)}::VARCHAR)`);
    await readable(source, () =>
      duck.row(z.unknown(), `SELECT ${columnsRead.join(' + ')} AS cells FROM read_parquet($path)`, {
        path: source.path,
      }),
    );
    throw error;
  }
}

async function readable<T>(source: FoundSource, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    if (code !== 'PER_DATA_011') throw error;
    throw perennialError('PER_DATA_002', `${source.name} (${source.path}) cannot be read.`, { cause: error });
  }
}

const Range = z.object({ rows: z.int(), from: z.string().nullable(), to: z.string().nullable() });

async function rangeOf(duck: Duckdb, path: string, time: string): Promise<z.infer<typeof Range>> {
  const t = identifier(time);
  return duck.row(
    Range,
    `SELECT count(*) AS rows, ${asInstant(`min(${t})::TIMESTAMP`)} AS "from", ${asInstant(`max(${t})::TIMESTAMP`)} AS "to"
     FROM read_parquet($path)`,
    { path },
  );
}
