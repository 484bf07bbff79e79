import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { ColumnType } from '../../steps/collect';
import type { Duckdb, SqlValues } from './duckdb';

/** A column of a Parquet file: its name, DuckDB's type, and the plain type that rules and declarations speak of. */
export interface Column {
  readonly name: string;
  readonly sql: string;
  /** null: a type that no rule knows (lists, structs, blobs). */
  readonly type: ColumnType | null;
}

const Described = z.object({ column_name: z.string(), column_type: z.string() });

/** The columns of a Parquet file, in order. Reads the footer only. */
export async function columnsOf(duck: Duckdb, path: string): Promise<Column[]> {
  return columnsOfQuery(duck, 'SELECT * FROM read_parquet($path)', { path });
}

/** The columns that a query gives, in order, without running it. */
export async function columnsOfQuery(duck: Duckdb, select: string, values: SqlValues): Promise<Column[]> {
  const rows = await duck.rows(Described, `DESCRIBE ${select}`, values);
  return rows.map((row) => ({ name: row.column_name, sql: row.column_type, type: plainType(row.column_type) }));
}

const TYPES: readonly (readonly [ColumnType, RegExp])[] = [
  ['timestamp', /^(TIMESTAMP.*|DATE)$/],
  ['integer', /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/],
  ['number', /^(FLOAT|DOUBLE|DECIMAL\(.*\))$/],
  ['text', /^(VARCHAR|UUID|ENUM\(.*\))$/],
  ['boolean', /^BOOLEAN$/],
];

/** The plain type of one of DuckDB's; null: one that no rule knows. */
export function plainType(sql: string): ColumnType | null {
  return TYPES.find(([, pattern]) => pattern.test(sql))?.[0] ?? null;
}

/**
 * Looks columns up by name. What is not there is told with what is.
 *
 * @param of what the columns belong to, for the message
 */
export function columnIn(columns: readonly Column[], name: string, of: string): Column {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const there = columns.map((column) => column.name).join(', ');
  throw perennialError('PER_DATA_003', `Column '${name}' is missing from ${of}, which has: ${there}.`);
}
