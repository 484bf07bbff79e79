import { perennialError } from '../../../core/errors';
import type { Condition } from '../../../steps/feature-conditions';
import { standInsOf } from '../../../steps/feature-rules';
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
import { conditionSql, constantSql, floatSql, type Raw } from './condition-sql';
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
  const clipped = clip ? `least(greatest(${present}, ${floatSql(clip[0])}), ${floatSql(clip[1])})` : present;
  return `CASE WHEN ${present} IS NOT NULL THEN ${clipped} ELSE ${fill === null ? "CAST('NaN' AS FLOAT)" : floatSql(fill)} END`;
}

/** A number feature before clipping: FLOAT, NULL where neither its column nor any that stands in has a value. */
export function presentNumberSql(file: ParquetFile, feature: NumberFeature): string {
  return numberOverSql((column) => rawSql(file, column), feature);
}

type NumberRules = Pick<NumberFeature, 'column' | 'repair' | 'missing' | 'otherwise'>;

/** The same over any raw columns. */
export function numberOverSql(raw: Raw, { column, repair, missing, otherwise }: NumberRules): string {
  const number = (name: string) => raw({ name, type: 'number' });
  const moved = ({
    column: other,
    times,
    plus,
  }: {
    column: string;
    times?: number | undefined;
    plus?: number | undefined;
  }) => {
    let derived = finiteSql(number(other), missing);
    if (times !== undefined) derived = `${derived} * ${floatSql(times)}`;
    if (plus !== undefined) derived = `${derived} + ${floatSql(plus)}`;
    return `(${derived})`;
  };
  const own = finiteSql(
    repairedSql(raw, number(column), repair, (to) => ('value' in to ? floatSql(to.value) : moved(to))),
    missing,
  );
  const others = standInsOf(otherwise).map((standIn) => finiteSql(moved(standIn)));
  return others.length === 0 ? own : `coalesce(${[own, ...others].join(', ')})`;
}

/** A raw column with its repairs: that of the first whose condition holds; NULL where it takes the value away. */
function repairedSql<T>(
  raw: Raw,
  own: string,
  repairs: readonly { readonly where: Condition; readonly to: T | null }[] | undefined,
  value: (to: T) => string,
): string {
  if (repairs === undefined) return own;
  const cases = repairs.map(
    ({ where, to }) => `WHEN ${conditionSql(raw, where)} THEN ${to === null ? 'NULL' : value(to)}`,
  );
  return `(CASE ${cases.join(' ')} ELSE ${own} END)`;
}

function finiteSql(value: string, missing: readonly number[] = []): string {
  const others = missing.length > 0 ? ` AND ${value} NOT IN (${missing.map(floatSql).join(', ')})` : '';
  return `(CASE WHEN isfinite(${value})${others} THEN ${value} END)`;
}

/** A calendar feature: UINTEGER, the part's size where the instant is missing. */
export function calendarSql(file: ParquetFile, feature: CalendarFeature): string {
  const { size } = CALENDAR[feature.part];
  const part = calendarOverSql((column) => rawSql(file, column), feature);
  return `CAST(coalesce(${part}, ${size}) AS UINTEGER)`;
}

type CalendarRules = Pick<CalendarFeature, 'column' | 'repair' | 'missing' | 'otherwise' | 'part'>;

/** A calendar part over any raw columns; NULL where the instant is missing. */
export function calendarOverSql(raw: Raw, { column, repair, missing, otherwise, part }: CalendarRules): string {
  const { periodMs, shiftMs, unitMs } = CALENDAR[part];
  const instant = (name: string) => raw({ name, type: 'timestamp' });
  const present = (ms: string) => (missing ? `(CASE WHEN ${ms} NOT IN (${missing.join(', ')}) THEN ${ms} END)` : ms);
  const own = repairedSql(raw, instant(column), repair, (to) =>
    'value' in to ? constantSql('timestamp', to.value) : instant(to.column),
  );
  const all = [own, ...standInsOf(otherwise).map((standIn) => instant(standIn.column))].map(present);
  const ms = all.length === 1 ? present(own) : `coalesce(${all.join(', ')})`;
  return `((((${ms} % ${periodMs}) + ${periodMs} + ${shiftMs}) % ${periodMs}) // ${unitMs})`;
}

/**
 * The raw text of a category: its own column's, or that of the one that stands in; missing is '' where one imputes. Where a
 * rule asks what is empty, it matters: ONNX Runtime cuts a text at a NUL, and so does this.
 */
export function textSql(file: ParquetFile, feature: CategoryFeature): string {
  const { otherwise, impute, repair } = feature;
  const plain: Raw = (column) => rawSql(file, column);
  if (otherwise === undefined && impute === undefined && repair === undefined) {
    return plain({ name: feature.column, type: 'text' });
  }
  const raw: Raw = (column) => (column.type === 'text' ? `split_part(${plain(column)}, chr(0), 1)` : plain(column));
  const text = textOverSql(raw, feature);
  return impute === undefined ? text : `coalesce(${text}, '')`;
}

/** The raw text of a category over any raw columns; what is missing is NULL or ''. */
export function textOverSql(
  raw: Raw,
  { column, repair, otherwise }: Pick<CategoryFeature, 'column' | 'repair' | 'otherwise'>,
): string {
  const text = (name: string) => raw({ name, type: 'text' });
  const own = repairedSql(raw, text(column), repair, (to) =>
    'value' in to ? constantSql('text', to.value) : text(to.column),
  );
  const all = [own, ...standInsOf(otherwise).map((standIn) => text(standIn.column))];
  const last = all.pop() ?? own;
  return all.length === 0 ? last : `coalesce(${[...all.map((one) => `NULLIF(${one}, '')`), last].join(', ')})`;
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
