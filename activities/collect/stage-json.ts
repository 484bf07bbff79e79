import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Columns, ColumnType } from '../../steps/collect';
import type { JsonRows } from '../../steps/sources';
import type { Duckdb } from '../data/duckdb';
import { identifier, textLiteral } from '../data/sql';
import { type Cell, refuseMisread, typedCells } from './cells';
import type { FoundFile } from './find-source';
import { readable } from './unreadable';

/** Bytes of a record at most. */
const LONGEST_RECORD = 16_777_216;
const FORMAT = { array: 'array', lines: 'newline_delimited' } as const;
/** What a value of a declared type is written as. */
const WRITTEN: Record<ColumnType, readonly string[]> = {
  timestamp: ['VARCHAR'],
  integer: ['BIGINT', 'UBIGINT', 'HUGEINT'],
  number: ['BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE'],
  text: ['VARCHAR'],
  boolean: ['BOOLEAN'],
};
const SCALARS = [...new Set(Object.values(WRITTEN).flat())];

/** A JSON file to read, and where its rows go. */
export interface JsonStaging {
  readonly file: FoundFile;
  readonly json: JsonRows;
  readonly columns: Columns;
  /** Path of the Parquet file to write. */
  readonly to: string;
}

/**
 * Writes the declared keys of a JSON file's records to Parquet, each as its type. A key that a record lacks is null there;
 * one that no record has is refused.
 *
 * @throws PER_DATA_003 PER_DATA_015 PER_DATA_023 to PER_DATA_025 PER_DATA_028
 */
export async function stageJson(duck: Duckdb, { file, json, columns, to }: JsonStaging): Promise<void> {
  const layout = json.layout === undefined ? 'auto' : FORMAT[json.layout];
  const from = `read_json_objects($path, format = '${layout}', maximum_object_size = ${LONGEST_RECORD})`;
  const values = { path: file.path };
  // The whole file is read before anything is written: what fails after that is no fault of the file.
  await readable(file, 'json', () => refuseRecords(duck, from, file));
  const cells = Object.entries(columns).map(([column, type]) => cellOf(column, type, json));
  await duck.writeParquet(`SELECT ${typedCells(cells, columns, json)} FROM ${from}`, to, values);
  await refuseMisread(duck, to, columns, file.name);
  await refuseAbsent(duck, { from, to, columns, file });
}

/** A key as a JSON pointer. */
function pointer(key: string): string {
  return textLiteral(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

function cellOf(column: string, type: ColumnType, { texts }: JsonRows): Cell {
  const at = pointer(column);
  const kind = `json_type(json, ${at})`;
  const written = type === 'text' && texts === 'scalars' ? SCALARS : WRITTEN[type];
  const allowed = written.map(textLiteral).join(', ');
  const text = `json_extract_string(json, ${at})`;
  return { column, type, text, misfit: `(${text} IS NOT NULL AND ${kind} NOT IN (${allowed}))` };
}

const Odd = z.object({ record: z.int(), kind: z.string(), keys: z.array(z.string()).nullable() });

async function refuseRecords(duck: Duckdb, from: string, file: FoundFile): Promise<void> {
  const [odd] = await duck.rows(
    Odd,
    `SELECT record, kind, keys FROM (
       SELECT row_number() OVER () AS record, json_type(json) AS kind,
              CASE WHEN json_type(json) = 'OBJECT' THEN json_keys(json) END AS keys FROM ${from})
     WHERE kind <> 'OBJECT' OR len(keys) <> len(list_distinct(keys)) ORDER BY record LIMIT 1`,
    { path: file.path },
  );
  if (odd === undefined) return;
  if (odd.keys === null) {
    throw perennialError(
      'PER_DATA_025',
      `Record ${odd.record} of ${file.name} is no object (${odd.kind.toLowerCase()}).`,
    );
  }
  const { keys } = odd;
  const doubled = keys.find((key, i) => keys.indexOf(key) !== i) ?? '';
  throw perennialError('PER_DATA_015', `Record ${odd.record} of ${file.name} has the key '${doubled}' twice.`);
}

const Presence = z.object({ rows: z.int(), present: z.array(z.boolean()) });

/** A column of nulls alone is looked for once more: it may be a name that was misspelt. */
async function refuseAbsent(
  duck: Duckdb,
  { from, to, columns, file }: { from: string; to: string; columns: Columns; file: FoundFile },
): Promise<void> {
  const names = Object.keys(columns);
  const filled = await duck.row(
    Presence,
    `SELECT count(*) AS rows, [${names.map((n) => `count(${identifier(n)}) > 0`).join(', ')}] AS present
     FROM read_parquet($path)`,
    { path: to },
  );
  const empty = names.filter((_, i) => filled.present[i] !== true);
  if (filled.rows === 0 || empty.length === 0) return;
  const found = await duck.row(
    Presence,
    `SELECT count(*) AS rows, [${empty.map((n) => `bool_or(json_exists(json, ${pointer(n)}))`).join(', ')}] AS present
     FROM ${from}`,
    { path: file.path },
  );
  const absent = empty.find((_, i) => found.present[i] !== true);
  if (absent === undefined) return;
  throw perennialError('PER_DATA_003', `No record of ${file.name} has the key '${absent}'.`);
}
