import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Columns, ColumnType } from '../../steps/collect';
import type { Duckdb } from '../data/duckdb';
import { ROW_NUMBER } from '../data/row-number';
import { identifier, textLiteral } from '../data/sql';

/** DuckDB's type of a declared one. */
export const SQL_TYPE: Record<ColumnType, string> = {
  timestamp: 'TIMESTAMP',
  integer: 'BIGINT',
  number: 'DOUBLE',
  text: 'VARCHAR',
  boolean: 'BOOLEAN',
};

/** How a text file writes values. */
export interface Writing {
  readonly decimal?: '.' | ',' | undefined;
  readonly instants?: string | undefined;
}

/** A cell of a text file: its text, and whether its form alone rules its type out (a number in quotes, in JSON). */
export interface Cell {
  readonly column: string;
  readonly type: ColumnType;
  /** SQL of its text; null is no value. */
  readonly text: string;
  /** SQL of a boolean. */
  readonly misfit?: string;
}

const WHOLE = textLiteral('\\s*[+-]?[0-9]+\\s*');
const NUMBER = textLiteral('\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*');
const NO_FINITE_NUMBER = textLiteral('(?i)\\s*[+-]?(inf|infinity|nan)\\s*');

/**
 * SQL that reads a text as a value, or gives null where it says none of the type. DuckDB's casts alone take too much: they
 * round 1.5 to an integer, read 0x1F and 1_000, make 1e999 infinite and drop the offset of an instant.
 */
function valueOf({ type, text }: Cell, { decimal = '.', instants }: Writing): string {
  switch (type) {
    case 'text':
      return text;
    case 'integer':
      return `CASE WHEN regexp_full_match(${text}, ${WHOLE}) THEN TRY_CAST(${text} AS BIGINT) END`;
    case 'number': {
      const plain = decimal === ',' ? `replace(replace(${text}, '.', '?'), ',', '.')` : text;
      const finite = `CASE WHEN isfinite(TRY_CAST(${plain} AS DOUBLE)) THEN TRY_CAST(${plain} AS DOUBLE) END`;
      return `CASE WHEN regexp_full_match(${plain}, ${NUMBER}) THEN ${finite}
              WHEN regexp_full_match(${text}, ${NO_FINITE_NUMBER}) THEN TRY_CAST(${text} AS DOUBLE) END`;
    }
    case 'boolean':
      return `TRY_CAST(${text} AS BOOLEAN)`;
    case 'timestamp':
      return instants === undefined
        ? `TRY_CAST(${text} AS TIMESTAMPTZ)::TIMESTAMP`
        : `try_strptime(${text}, ${textLiteral(instants)})::TIMESTAMP`;
  }
}

/** A name that no declared column has. */
function refusedColumn(columns: Columns): string {
  const names = Object.keys(columns).map((name) => name.toLowerCase());
  let name = 'refused';
  while (names.includes(name)) name += '_';
  return name;
}

/**
 * SQL of the columns of a staged file: each cell as its declared type, and, in one more, the first cell of the row that is
 * none (`[column, text]`, null in good rows): so one pass over a large file does.
 */
export function typedCells(cells: readonly Cell[], columns: Columns, writing: Writing): string {
  const typed = cells.map((cell) => `${valueOf(cell, writing)} AS ${identifier(cell.column)}`);
  const refusals = cells.map((cell) => {
    const unread = cell.type === 'text' ? [] : [`(${cell.text} IS NOT NULL AND (${valueOf(cell, writing)}) IS NULL)`];
    const when = [...unread, ...(cell.misfit === undefined ? [] : [cell.misfit])];
    if (when.length === 0) return '';
    return `WHEN ${when.join(' OR ')} THEN [${textLiteral(cell.column)}, left(${cell.text}, 60)]`;
  });
  const refusal = refusals.join(' ').trim();
  const refused = refusal === '' ? 'NULL::VARCHAR[]' : `CASE ${refusal} END`;
  return [...typed, `${refused} AS ${identifier(refusedColumn(columns))}`].join(', ');
}

const Refused = z.object({ row: z.int(), cell: z.tuple([z.string(), z.string().nullable()]) });

/**
 * Refuses a staged file that holds a cell of another type than its column was declared with.
 *
 * @throws PER_DATA_023, naming file, row, column and text
 */
export async function refuseMisread(duck: Duckdb, staged: string, columns: Columns, file: string): Promise<void> {
  const refused = identifier(refusedColumn(columns));
  const [first] = await duck.rows(
    Refused,
    `SELECT ${ROW_NUMBER} AS row, ${refused} AS cell FROM read_parquet($path, file_row_number = true)
     WHERE ${refused} IS NOT NULL ORDER BY row LIMIT 1`,
    { path: staged },
  );
  if (first === undefined) return;
  const [column, text] = first.cell;
  throw perennialError(
    'PER_DATA_023',
    `Row ${first.row + 1} of ${file} has ${JSON.stringify(text)} in column '${column}', declared as ${String(columns[column])}.`,
  );
}
