import { DuckDBFloatVector, DuckDBUIntegerVector, DuckDBUTinyIntVector, type DuckDBVector } from '@duckdb/node-api';
import { perennialError } from '../../../core/errors';
import type { Feature, Label } from '../../../steps/features';
import { identifier } from '../../data/sql';
import { CALENDAR } from './calendar';
import { type EncodedColumn, type FittedFeatures, numberRulesOf, vocabularyOf } from './encoded';
import { type ParquetFile, readChunks } from './parquet';
import { calendarSql, categorySql, labelSql, numberSql } from './sql';

/** Which rows to read. */
export interface RowChoice {
  /** Only rows that have this label. */
  readonly label: Label;
  /** Every n-th row of the file (by its row number); 1 is all of them. */
  readonly every: number;
}

/** Rows of a data set that have a label, with their features encoded. */
export interface LabelledRows {
  readonly rows: number;
  readonly positives: number;
  readonly columns: readonly EncodedColumn[];
  /** 0 or 1 by row. */
  readonly labels: Uint8Array;
}

/**
 * Reads the labelled rows of a file into column-major typed arrays, in the file's row order whatever the threads.
 *
 * @throws PER_MODEL_001, PER_MODEL_005, PER_MODEL_008
 */
export async function readLabelled(
  file: ParquetFile,
  fitted: FittedFeatures,
  choice: RowChoice,
): Promise<LabelledRows> {
  const label = labelSql(file, choice.label);
  const rows = await countRows(file, from(choice, label));
  const features: FeatureReader[] = [];
  for (const feature of fitted.spec.features) features.push(await featureReader(file, fitted, feature, rows));
  const labels = new Uint8Array(rows);
  let positives = 0;
  const query = `SELECT ${[label, ...features.map((f) => f.sql)].join(', ')} ${from(choice, label)}`;
  await readChunks(file.connection, query, { path: file.path }, ([labelVector, ...vectors], first, count) => {
    for (let i = 0; i < count; i++) positives += labels[first + i] = byteAt(labelVector, i);
    features.forEach((f, k) => {
      f.take(vectors[k], first, count);
    });
  });
  return { rows, positives, labels, columns: features.map((f) => f.column) };
}

/** `FROM ... WHERE ...` of the chosen rows; `label` is the label's SQL. Needs the parameter `path`. */
export function from(choice: RowChoice, label: string): string {
  const thinned = choice.every > 1 ? ` AND file_row_number % ${choice.every} = 0` : '';
  return `FROM read_parquet($path${thinned ? ', file_row_number = true' : ''}) WHERE ${label} IS NOT NULL${thinned}`;
}

async function countRows(file: ParquetFile, where: string): Promise<number> {
  const reader = await file.connection.runAndReadAll(`SELECT count(*) ${where}`, { path: file.path });
  return Number(reader.getRows()[0]?.[0] ?? 0);
}

interface FeatureReader {
  readonly sql: string;
  readonly column: EncodedColumn;
  take(vector: DuckDBVector | undefined, first: number, rows: number): void;
}

async function featureReader(
  file: ParquetFile,
  fitted: FittedFeatures,
  feature: Feature,
  rows: number,
): Promise<FeatureReader> {
  if (feature.kind === 'number') {
    const values = new Float32Array(rows);
    return {
      sql: numberSql(file, feature, numberRulesOf(fitted, feature)),
      column: { kind: 'number', feature, values },
      take: (vector, first, count) => {
        if (!(vector instanceof DuckDBFloatVector)) throw unexpected(vector);
        for (let i = 0; i < count; i++) values[first + i] = vector.getItem(i) ?? NaN;
      },
    };
  }
  const codes = new Uint16Array(rows);
  if (feature.kind === 'calendar') {
    const { size } = CALENDAR[feature.part];
    return { sql: calendarSql(file, feature), column: { kind: 'calendar', feature, codes, size }, take: taking(codes) };
  }
  const vocabulary = vocabularyOf(fitted, feature);
  if (vocabulary.spellings.length === 0) {
    // Nothing was seen in training, and an enum type needs a value: all is unknown.
    return { sql: 'CAST(0 AS UINTEGER)', column: { kind: 'category', feature, codes, size: 1 }, take: taking(codes) };
  }
  const enumName = `spellings of ${feature.name}`;
  await createEnum(file, enumName, vocabulary.spellings);
  return {
    sql: categorySql(file, feature, enumName),
    column: { kind: 'category', feature, codes, size: vocabulary.values.length + 1 },
    take: taking(codes, Uint16Array.of(0, ...vocabulary.codes)),
  };
}

/** Copies codes, through a table when there is one. */
function taking(codes: Uint16Array, table?: Uint16Array): FeatureReader['take'] {
  return (vector, first, count) => {
    if (!(vector instanceof DuckDBUIntegerVector)) throw unexpected(vector);
    for (let i = 0; i < count; i++) {
      const code = vector.getItem(i) ?? 0;
      codes[first + i] = table ? (table[code] ?? 0) : code;
    }
  };
}

/** An enum type whose codes are the places of the spellings in the list. */
async function createEnum(file: ParquetFile, name: string, spellings: readonly string[]): Promise<void> {
  const table = identifier(`rows of ${name}`);
  await file.connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (place INTEGER, spelling VARCHAR)`);
  const appender = await file.connection.createAppender(`rows of ${name}`);
  spellings.forEach((spelling, place) => {
    appender.appendInteger(place);
    appender.appendVarchar(spelling);
    appender.endRow();
  });
  appender.closeSync();
  await file.connection.run(`DROP TYPE IF EXISTS ${identifier(name)}`);
  await file.connection.run(`CREATE TYPE ${identifier(name)} AS ENUM (SELECT spelling FROM ${table} ORDER BY place)`);
}

function byteAt(vector: DuckDBVector | undefined, index: number): number {
  if (!(vector instanceof DuckDBUTinyIntVector)) throw unexpected(vector);
  return vector.getItem(index) ?? 0;
}

function unexpected(vector: DuckDBVector | undefined): TypeError {
  return new TypeError(`DuckDB answered with ${vector ? vector.type.toString() : 'too few columns'}`);
}

/**
 * Refuses rows that nothing can be learnt from.
 *
 * @throws PER_MODEL_002 no rows, PER_MODEL_003 one class only, PER_MODEL_004 a feature missing in every row.
 */
export function requireLearnable(data: LabelledRows, label: Label): void {
  if (data.rows === 0) throw perennialError('PER_MODEL_002', `No row of the data set has the label '${label.column}'.`);
  if (data.positives === 0 || data.positives === data.rows) {
    const outcome = data.positives === 0 ? 'No row' : 'Every row';
    throw perennialError(
      'PER_MODEL_003',
      `${outcome} of ${data.rows} has '${label.column}' at ${label.atLeast} or more.`,
    );
  }
  for (const column of data.columns) {
    if (isEmpty(column)) {
      const { name, column: raw } = column.feature;
      throw perennialError('PER_MODEL_004', `Feature '${name}' (column '${raw}') is missing in all ${data.rows} rows.`);
    }
  }
}

function isEmpty(column: EncodedColumn): boolean {
  if (column.kind === 'number') return column.values.every(Number.isNaN);
  const missing = column.kind === 'calendar' ? column.size : 0;
  return column.codes.every((code) => code === missing);
}
