import { perennialError } from '../../core/errors';
import { lengthOf } from '../../core/plan/time';
import type { FeatureTable } from '../../steps/join-as-of';
import { type Column, columnIn } from '../data/schema';
import { identifier } from '../data/sql';

/** A data set of features as a file. */
export type FeatureFile = Omit<FeatureTable, 'dataset'> & { readonly path: string };

/** A data set of features with its columns, compiled against those of the rows. */
export interface Records {
  readonly name: string;
  readonly path: string;
  /** SQL of the key's columns: of the rows, and over there, in one order. */
  readonly keys: readonly { readonly ours: string; readonly theirs: string }[];
  readonly event: string;
  readonly known: string;
  /** Columns to add and where they are from, as SQL. */
  readonly taken: readonly { readonly as: string; readonly sql: string }[];
  /** In microseconds. */
  readonly maxAge: number | null;
}

const LARGEST = '9223372036854775807';

/**
 * Compiles a data set of features.
 *
 * @throws PER_DATA_003 PER_DATA_012
 */
export function compileRecords(
  name: string,
  table: FeatureFile,
  ours: readonly Column[],
  theirs: readonly Column[],
): Records {
  const of = `'${name}'`;
  const event = instantSql(columnIn(theirs, table.time, of), of);
  const known =
    typeof table.known === 'string'
      ? instantSql(columnIn(theirs, table.known, of), of)
      : `least(${event}::HUGEINT + ${microseconds(table.known.after)}, ${LARGEST})::BIGINT`;
  const keys = Object.entries(table.on).map(([our, their]) => {
    const [left, right] = [columnIn(ours, our, 'the data set to join to'), columnIn(theirs, their, of)];
    if (left.type !== right.type || left.type === null) {
      throw perennialError(
        'PER_DATA_012',
        `'${left.name}' (${left.sql}) cannot be joined to '${right.name}' (${right.sql}) of ${of}.`,
      );
    }
    return { ours: keySql(left), theirs: keySql(right) };
  });
  const taken = Object.entries(table.take).map(([as, their]) => ({
    as,
    sql: identifier(columnIn(theirs, their, of).name),
  }));
  const maxAge = table.maxAge === undefined ? null : microseconds(table.maxAge);
  return { name, path: table.path, keys, event, known, taken, maxAge };
}

/**
 * Microseconds since 1970 of a column's instant; null where it has none, or an infinite one.
 *
 * @throws PER_DATA_012
 */
export function instantSql(column: Column, of: string): string {
  if (column.type !== 'timestamp') {
    throw perennialError(
      'PER_DATA_012',
      `A join by time needs a timestamp; '${column.name}' of ${of} is ${column.sql}.`,
    );
  }
  const at = `${identifier(column.name)}::TIMESTAMP`;
  return `CASE WHEN isfinite(${at}) THEN epoch_us(${at}) END`;
}

/** Texts of other types (UUID, ENUM) are compared as they are written. */
function keySql(column: Column): string {
  return column.type === 'text' ? `${identifier(column.name)}::VARCHAR` : identifier(column.name);
}

function microseconds(length: string): number {
  return Math.min((lengthOf(length) ?? 0) * 1_000, Number.MAX_SAFE_INTEGER);
}
