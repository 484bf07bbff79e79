import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { ColumnType } from '../../steps/collect';
import type { SqlValues } from '../data/duckdb';
import { columnIn, type Column } from '../data/schema';

/** A figure that an aggregate gives: counts and means, extremes as text, null over no rows. */
export const Figure = z.union([z.number(), z.string(), z.null()]);
export type Figure = z.infer<typeof Figure>;

/** How an expectation turned out: what was seen, and the rows that break it (null where it is not about rows). */
export interface Judged {
  readonly passed: boolean;
  readonly observed: Figure;
  readonly violations: number | null;
}

/** An expectation as figures over all rows, and the judgement over what they give. */
export interface Compiled {
  readonly text: string;
  /** Queries of one value each ({@link overRows}); the figures come in this order. */
  readonly figures: readonly string[];
  readonly values: SqlValues;
  /** A query of the numbers of the rows that break it, as `row`. */
  readonly breaking?: { readonly sql: string; readonly values: SqlValues };
  judge(figures: readonly Figure[]): Judged;
}

/** A Parquet file with its columns, and what it is called in messages. */
export interface Table {
  readonly path: string;
  readonly columns: readonly Column[];
  readonly called: string;
}

/** What an expectation is compiled against: the data set, and those to compare with by their names. */
export interface Judging extends Table {
  readonly against: ReadonlyMap<string, Table>;
  /** The least and the greatest value of columns of whole numbers, where those between would fit into memory as a bit each. */
  readonly dense: ReadonlyMap<string, Span>;
}

/** From the least value to the greatest, both included, as decimal text. */
export interface Span {
  readonly least: string;
  readonly greatest: string;
}

/** The rows of the data set, as SQL. */
export const ROWS = 'read_parquet($path, file_row_number = true)';

/**
 * An aggregate over the rows, or over those where a condition holds, as a query of one value. Each has a scan of its own, of
 * the columns it names: DuckDB then answers counts and extremes from the file's footer, passes over row groups by their
 * bounds, and looks at each entry of a dictionary once. As aggregates of one scan the same figures took twice the CPU.
 */
export function overRows(aggregate: string, where?: string): string {
  return `(SELECT ${aggregate} FROM ${ROWS}${where === undefined ? '' : ` WHERE ${where}`})`;
}

/**
 * A column of a table, of one of the types that a kind of expectation takes.
 *
 * @throws PER_DATA_003 PER_DATA_012
 */
export function columnFor(table: Table, name: string, types: readonly ColumnType[] | null, kind: string): Column {
  const column = columnIn(table.columns, name, table.called);
  if (types === null || (column.type !== null && types.includes(column.type))) return column;
  throw perennialError('PER_DATA_012', `'${kind}' is for ${types.join(' or ')}; '${column.name}' is ${column.sql}.`);
}

/** The figure that a query gives lies within bounds. */
export function between(
  what: string,
  figure: string,
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
  values: SqlValues = {},
): Compiled {
  return {
    text: `${what} is ${bounds(min, max)}`,
    figures: [figure],
    values,
    judge: ([observed = null]) => ({ passed: within(observed, min, max), observed, violations: null }),
  };
}

/** What the columns alone decide. */
export function settled(text: string, passed: boolean, observed: Figure): Compiled {
  return { text, figures: [], values: {}, judge: () => ({ passed, observed, violations: null }) };
}

/** A figure that is a number, or none: sums of huge numbers are beyond all numbers. */
export function whereFinite(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN ${sql} END`;
}

/** `min <= value <= max`, either open; null is in no range. */
export function within(value: Figure, min: number | undefined, max: number | undefined): boolean {
  return typeof value === 'number' && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

/** "from 1 to 5", "at least 1", "at most 5". */
export function bounds(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `from ${min} to ${max}`;
  return min !== undefined ? `at least ${min}` : max !== undefined ? `at most ${max}` : 'anything';
}

/** A count that an aggregate gave. */
export function asCount(figure: Figure | undefined): number {
  return typeof figure === 'number' ? figure : 0;
}
