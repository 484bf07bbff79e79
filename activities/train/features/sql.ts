import { perennialError } from '../../../core/errors';
import {
  type CalendarFeature,
  type CategoryFeature,
  type Label,
  MISSING_INSTANT,
  type NumberFeature,
  type RawColumn,
} from '../../../steps/features';
import { identifier } from '../../data/sql';
import { CALENDAR } from './calendar';
import type { FittedNumber } from './encoded';
import type { ParquetFile } from './parquet';

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;
const TAKES: Readonly<Record<RawColumn['type'], RegExp>> = {
  number: /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|BOOLEAN|DECIMAL\(.*\))$/,
  text: /^(VARCHAR|ENUM\(.*\)|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|BOOLEAN|UUID)$/,
  timestamp: /^(TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?|DATE|U?(TINYINT|SMALLINT|INTEGER|BIGINT))$/,
};

/**
 * The type of a column, once it is sure that it is there and can be taken as `type`.
 *
 * @throws PER_MODEL_001 missing column, PER_MODEL_005 unfit type.
 */
export function requireColumn(file: ParquetFile, column: string, type: RawColumn['type']): string {
  const found = file.types.get(column);
  if (found === undefined) {
    const there = [...file.types.keys()].map((name) => `'${name}'`).join(', ');
    throw perennialError('PER_MODEL_001', `Column '${column}' is not among ${there}.`);
  }
  if (!TAKES[type].test(found)) {
    throw perennialError('PER_MODEL_005', `Column '${column}' is ${found} and cannot be taken as a ${type}.`);
  }
  return found;
}

/**
 * A raw column as it stands at the border of a model: FLOAT (NULL when it does not fit a float32), VARCHAR, or
 * BIGINT epoch milliseconds UTC, rounded down.
 */
export function rawSql(file: ParquetFile, { name, type }: RawColumn): string {
  const found = requireColumn(file, name, type);
  const column = identifier(name);
  if (type === 'number') return `TRY_CAST(TRY_CAST(${column} AS DOUBLE) AS FLOAT)`;
  if (type === 'text') return `CAST(${column} AS VARCHAR)`;
  if (INTEGER.test(found)) return `NULLIF(TRY_CAST(${column} AS BIGINT), CAST('${MISSING_INSTANT}' AS BIGINT))`;
  const [parts, scale] = found === 'TIMESTAMP_NS' ? ['epoch_ns', 1_000_000] : ['epoch_us', 1_000];
  return millisSql(found === 'DATE' ? `CAST(${column} AS TIMESTAMP)` : column, parts, scale);
}

/** Epoch milliseconds of an instant, rounded down; NULL where it is infinite. `parts` gives so many a millisecond. */
export function millisSql(instant: string, parts = 'epoch_us', scale = 1_000): string {
  const count = `${parts}(${instant})`;
  // DuckDB divides towards zero; taking the floor remainder off first rounds down before 1970 too.
  return `CASE WHEN isfinite(${instant}) THEN (${count} - ((${count} % ${scale}) + ${scale}) % ${scale}) // ${scale} END`;
}

/**
 * A number feature: FLOAT. Where it is missing, infinite or does not fit a float32, it is NaN or the value that stands
 * in for it; clipped otherwise.
 */
export function numberSql(file: ParquetFile, feature: NumberFeature, { clip, fill }: FittedNumber): string {
  const present = presentNumberSql(file, feature);
  const clipped = clip ? `least(greatest(${present}, ${float(clip[0])}), ${float(clip[1])})` : present;
  return `CASE WHEN ${present} IS NOT NULL THEN ${clipped} ELSE ${fill === null ? "CAST('NaN' AS FLOAT)" : float(fill)} END`;
}

/** A number feature before clipping: FLOAT, NULL where neither its column nor the one that stands in has a value. */
export function presentNumberSql(file: ParquetFile, feature: NumberFeature): string {
  return standInNumberSql((name) => rawSql(file, { name, type: 'number' }), feature);
}

/** The same over any raw columns, given as FLOAT. */
export function standInNumberSql(
  raw: (column: string) => string,
  { column, missing, otherwise }: Pick<NumberFeature, 'column' | 'missing' | 'otherwise'>,
): string {
  const own = finiteSql(raw(column), missing);
  if (otherwise === undefined) return own;
  const { column: other, times, plus } = typeof otherwise === 'string' ? { column: otherwise } : otherwise;
  let derived = finiteSql(raw(other), missing);
  if (times !== undefined) derived = `${derived} * ${float(times)}`;
  if (plus !== undefined) derived = `${derived} + ${float(plus)}`;
  return `coalesce(${own}, ${finiteSql(`(${derived})`)})`;
}

function finiteSql(value: string, missing: readonly number[] = []): string {
  const others = missing.length > 0 ? ` AND ${value} NOT IN (${missing.map(float).join(', ')})` : '';
  return `(CASE WHEN isfinite(${value})${others} THEN ${value} END)`;
}

/** A calendar feature: UINTEGER, the part's size where the instant is missing. */
export function calendarSql(file: ParquetFile, feature: CalendarFeature): string {
  const { size } = CALENDAR[feature.part];
  const part = calendarPartSql((name) => rawSql(file, { name, type: 'timestamp' }), feature);
  return `CAST(coalesce(${part}, ${size}) AS UINTEGER)`;
}

/** A calendar part over any raw columns, given as epoch milliseconds; NULL where the instant is missing. */
export function calendarPartSql(
  raw: (column: string) => string,
  { column, missing, otherwise, part }: Pick<CalendarFeature, 'column' | 'missing' | 'otherwise' | 'part'>,
): string {
  const { periodMs, shiftMs, unitMs } = CALENDAR[part];
  const present = (name: string) =>
    missing ? `(CASE WHEN ${raw(name)} NOT IN (${missing.join(', ')}) THEN ${raw(name)} END)` : raw(name);
  const ms = otherwise === undefined ? present(column) : `coalesce(${present(column)}, ${present(otherwise)})`;
  return `((((${ms} % ${periodMs}) + ${periodMs} + ${shiftMs}) % ${periodMs}) // ${unitMs})`;
}

/**
 * The raw text of a category: its own column's, or that of the one that stands in; missing is '' where one imputes. Then
 * it matters what is empty: ONNX Runtime cuts a text at a NUL, and so does this.
 */
export function textSql(file: ParquetFile, { column, otherwise, impute }: CategoryFeature): string {
  if (otherwise === undefined && impute === undefined) return rawSql(file, { name: column, type: 'text' });
  const raw = (name: string) => `split_part(${rawSql(file, { name, type: 'text' })}, chr(0), 1)`;
  const text = otherwise === undefined ? raw(column) : `coalesce(NULLIF(${raw(column)}, ''), ${raw(otherwise)})`;
  return impute === undefined ? text : `coalesce(${text}, '')`;
}

/**
 * A category feature: UINTEGER, 1 + the place of the raw spelling in the enum type made of the spellings seen in
 * training; 0 where it is not among them.
 */
export function categorySql(file: ParquetFile, feature: CategoryFeature, enumName: string): string {
  const raw = textSql(file, feature);
  return `CAST(coalesce(CAST(enum_code(TRY_CAST(${raw} AS ${identifier(enumName)})) AS UINTEGER) + 1, 0) AS UINTEGER)`;
}

/** The label: 1 where the column reaches the threshold, else 0; NULL where the row has none. */
export function labelSql(file: ParquetFile, label: Label): string {
  requireColumn(file, label.column, 'number');
  const value = `TRY_CAST(${identifier(label.column)} AS DOUBLE)`;
  // DuckDB orders NaN above every number: without this check a NaN would count as a positive.
  return `CASE WHEN NOT isnan(${value}) THEN CAST(${value} >= ${label.atLeast} AS UTINYINT) END`;
}

function float(value: number): string {
  return `CAST('${Math.fround(value)}' AS FLOAT)`;
}
