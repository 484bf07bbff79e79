import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Rows } from '../data/check-conditions';
import type { Duckdb, SqlValue, SqlValues } from '../data/duckdb';
import { columnIn, type Column } from '../data/schema';
import { identifier } from '../data/sql';

/** The column that a quarantined row's reason stands in; null: the row takes part. */
export const REASON = 'quarantine_reason';

/** What rules are applied to, in messages. */
export const OF = 'the data set to clean';

/** Rows as the rules so far left them, with their numbers and reasons, and the columns of the data set. */
export interface Stage extends Rows {
  readonly columns: readonly Column[];
}

/** What a rule does to the rows of a stage, which its SQL calls `b`. */
export interface Change {
  /** What a row is read as, by a name that no column has ({@link unusedName}): computed once, for `sets` and `refuses` to speak of. */
  readonly once?: { readonly name: string; readonly sql: string };
  /** Columns with the SQL of their new values; one that is not there yet is added. */
  readonly sets: readonly (readonly [string, string])[];
  /** True where the row goes to quarantine. */
  readonly refuses?: string;
  /** True where the rule counts the row as touched; by default where a column that it sets differs. */
  readonly touches?: string;
  /** Follows the rows: a join that keeps each of them once. */
  readonly join?: string;
  /** It sorts the rows to work. */
  readonly sorts?: boolean;
  readonly values: SqlValues;
  /** What was fitted, for the report. */
  readonly fitted?: string;
}

/** A data set to look things up in, as rules see it. */
export interface Reference {
  readonly path: string;
  readonly columns: readonly Column[];
}

/** What a rule is compiled against. */
export interface Cleaning {
  readonly duck: Duckdb;
  readonly stage: Stage;
  readonly against: ReadonlyMap<string, Reference>;
  /** Begins the names of its parameters and tables. */
  readonly key: string;
}

/** A column of a stage in the SQL of a change. */
export function inRow(name: string): string {
  return `b.${identifier(name)}`;
}

/** A name that no column of a stage has. DuckDB does not tell upper case from lower. */
export function unusedName(columns: readonly Column[], wanted: string): string {
  const isTaken = columns.some((column) => column.name.toLowerCase() === wanted);
  return isTaken ? unusedName(columns, `${wanted}_`) : wanted;
}

/** The rows of a stage that take part. */
export function living({ sql }: Stage): string {
  return `(SELECT * FROM ${sql} WHERE ${REASON} IS NULL)`;
}

const Fitted = z.object({ value: z.string().nullable() });

/**
 * An aggregate over the rows that take part, as text that reads back as the same value. null: there is none.
 *
 * @param rows what it is over instead, as SQL that follows FROM
 */
export async function fit(
  { duck, stage }: Cleaning,
  aggregate: string,
  rows = `${living(stage)} b`,
): Promise<string | null> {
  return (await duck.row(Fitted, `SELECT (${aggregate})::VARCHAR AS value FROM ${rows}`, stage.values)).value;
}

/**
 * Refuses a value that the type of a column does not have.
 *
 * @throws PER_DATA_085
 */
export async function mustFit(duck: Duckdb, column: Column, value: SqlValue, rule: string): Promise<void> {
  const cast = `SELECT TRY_CAST($value::VARCHAR AS ${column.sql})::VARCHAR AS value`;
  const text = typeof value === 'number' ? String(value) : value;
  const { value: fitting } = await duck.row(Fitted, cast, { value: text });
  // A cast rounds, and reads '1.5' as 2 where the column holds integers.
  const rounded = column.type === 'integer' && Number(fitting) !== Number(value);
  if (value === null || (fitting !== null && !rounded)) return;
  throw perennialError(
    'PER_DATA_085',
    `Rule '${rule}' has ${JSON.stringify(value)} for '${column.name}', which is ${column.sql}.`,
  );
}

/** @throws PER_DATA_003 */
export function columnOf(stage: Stage, name: string): Column {
  return columnIn(stage.columns, name, OF);
}
