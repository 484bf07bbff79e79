import { join } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Columns, ColumnType } from '../../steps/collect';
import type { Duckdb } from '../data/duckdb';
import { ROW_NUMBER, refuseNames } from '../data/row-number';
import { type Column, columnIn, columnsOf } from '../data/schema';
import { identifier } from '../data/sql';
import { SQL_TYPE } from './cells';
import { refuseDoubled } from './declared';
import type { FoundFile, FoundSource } from './find-source';
import { readable } from './unreadable';

/** Under this name a reader of several files hands over each row's file. */
export const FILE = 'perennial_source_file';

/** Which found types may be read as a declared one without a loss. */
const READABLE: Record<ColumnType, readonly ColumnType[]> = {
  timestamp: ['timestamp'],
  integer: ['integer'],
  number: ['number', 'integer'],
  text: ['text'],
  boolean: ['boolean'],
};

/**
 * The files themselves where their declared columns have the same types; else each with its declared columns written anew
 * as the declared types.
 *
 * @throws PER_DATA_002 PER_DATA_003 PER_DATA_004 PER_DATA_015, naming the file
 */
export async function partsOfParquet(
  duck: Duckdb,
  source: FoundSource,
  { scratch, columns }: { readonly scratch: string; readonly columns: Columns },
): Promise<readonly string[]> {
  const types: string[] = [];
  for (const file of source.files) types.push(await typesOf(duck, file, columns));
  if (types.every((t) => t === types[0] && t !== MIXED)) return source.files.map(({ path }) => path);
  const parts: string[] = [];
  for (const [index, file] of source.files.entries()) {
    const to = join(scratch, `part-${String(index).padStart(5, '0')}.parquet`);
    const cast = Object.entries(columns).map(([n, type]) => `${identifier(n)}::${SQL_TYPE[type]} AS ${identifier(n)}`);
    const values = { path: file.path };
    const select = (what: string): string => `SELECT ${what} FROM read_parquet($path)`;
    await readable(
      file,
      'parquet',
      () => duck.writeParquet(select(cast.join(', ')), to, values),
      () => duck.row(z.unknown(), select(cellsRead(columns)), values),
    );
    parts.push(to);
  }
  return parts;
}

/** Reads every declared cell and gives a number. */
export function cellsRead(columns: Columns): string {
  return Object.keys(columns)
    .map((n) => `count(${identifier(n)}::VARCHAR)`)
    .join(' + ');
}

const MIXED = 'mixed';

/** DuckDB's types of the declared columns; `mixed` where one has only nulls and another type. */
async function typesOf(duck: Duckdb, file: FoundFile, columns: Columns): Promise<string> {
  const found = await readable(file, 'parquet', () => columnsOf(duck, file.path));
  refuseNames(found, [ROW_NUMBER, FILE], file.name);
  refuseDoubled(await readable(file, 'parquet', () => writtenNames(duck, file.path)), file.name);
  let mixed = false;
  for (const [name, type] of Object.entries(columns)) {
    const column = columnIn(found, name, file.name);
    if (column.type !== null && READABLE[type].includes(column.type)) continue;
    if (!(await onlyNulls(duck, file, column))) {
      throw perennialError('PER_DATA_004', `Column '${name}' of ${file.name} is ${column.sql}, declared as ${type}.`);
    }
    mixed = true;
  }
  return mixed ? MIXED : JSON.stringify(Object.keys(columns).map((name) => columnIn(found, name, file.name).sql));
}

/** A column without a value has no type of its own, whatever its writer has noted. */
async function onlyNulls(duck: Duckdb, file: FoundFile, { name }: Column): Promise<boolean> {
  const { values } = await readable(file, 'parquet', () =>
    duck.row(z.object({ values: z.int() }), `SELECT count(${identifier(name)}) AS values FROM read_parquet($path)`, {
      path: file.path,
    }),
  );
  return values === 0;
}

const Written = z.object({ name: z.string(), children: z.int().nullable() });

/** The names of the outermost columns as they stand in the file: DuckDB renames one that is there twice. */
async function writtenNames(duck: Duckdb, path: string): Promise<string[]> {
  const all = await duck.rows(Written, 'SELECT name, num_children AS children FROM parquet_schema($path)', { path });
  const names: string[] = [];
  let inside = 0;
  for (const { name, children } of all.slice(1)) {
    if (inside === 0) names.push(name);
    else inside -= 1;
    inside += children ?? 0;
  }
  return names;
}
