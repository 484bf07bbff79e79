import { perennialError } from '../../core/errors';

/**
 * A name as SQL: quoted, so that any column name of any file is safe. The only way a name enters a statement;
 * values enter by parameters.
 */
export function identifier(name: string): string {
  if (name.includes('\0')) {
    throw perennialError('PER_DATA_003', `Column ${JSON.stringify(name)} holds a NUL, which no column name may.`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text inside quotes, for the few statements that take no parameters. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An instant of SQL type TIMESTAMP (UTC) as ISO 8601 text with milliseconds. */
export function asInstant(expression: string): string {
  return `strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
}

/**
 * A uniform draw in [0, 2^64) for a row, from a seed and the row's number in its file: the same on every machine
 * and for every number of threads. Takes the parameter `$seed`.
 *
 * @param rowNumber expression of the row's number
 */
export function seededDraw(rowNumber: string): string {
  return `md5_number_upper($seed::VARCHAR || ':' || ${rowNumber}::VARCHAR)`;
}
