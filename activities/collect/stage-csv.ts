import { z } from 'zod';
import { perennialError } from '../../core/errors';
import type { Columns } from '../../steps/collect';
import type { Csv } from '../../steps/sources';
import type { Duckdb } from '../data/duckdb';
import { identifier, textLiteral } from '../data/sql';
import { refuseMisread, typedCells } from './cells';
import { refuseDoubled, refuseMissing } from './declared';
import type { FoundFile } from './find-source';
import { refuseEndlessLine } from './longest-line';
import { readable } from './unreadable';

/** Bytes of a record at most: memory is taken for sixteen lines of this length, by each thread. */
const LONGEST_LINE = 4_194_304;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** How a CSV file is to be read, and where its rows go. */
export interface CsvStaging {
  readonly file: FoundFile;
  readonly csv: Csv;
  readonly columns: Columns;
  /** Path of the Parquet file to write. */
  readonly to: string;
  /** A null stands unquoted and a quoted empty text is one: how the engine's own files are written. */
  readonly quotedIsText: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes the declared columns of a CSV file to Parquet, each cell as its type. A file with a line or a cell that is not as
 * declared is refused whole.
 *
 * @throws PER_DATA_003 PER_DATA_015 PER_DATA_021 to PER_DATA_024 PER_DATA_028
 */
export async function stageCsv(duck: Duckdb, staging: CsvStaging): Promise<void> {
  const { file, csv, columns, to } = staging;
  await refuseEndlessLine(file, { most: 4 * LONGEST_LINE, signal: staging.signal });
  const dialect = await readable(file, 'csv', () => dialectOf(duck, staging));
  refuseDoubled(dialect.names, file.name);
  refuseMissing(dialect.names, Object.keys(columns), file.name);
  const cells = Object.entries(columns).map(([column, type]) => ({ column, type, text: identifier(column) }));
  const from = `read_csv($path, ${optionsOf(staging, dialect)})`;
  const values = { path: file.path };
  await readable(
    file,
    'csv',
    () => duck.writeParquet(`SELECT ${typedCells(cells, columns, csv)} FROM ${from}`, to, values),
    () => duck.row(z.unknown(), `SELECT count(COLUMNS(*)) FROM ${from}`, values),
  );
  await refuseRejected(duck, file);
  await refuseMisread(duck, to, columns, file.name);
}

interface Dialect {
  readonly names: readonly string[];
  readonly delimiter: string;
}

const Line = z.object({ line: z.string().nullable() });

/** The delimiter is the one that shows the declared columns: surer than a guess by how the lines look. */
async function dialectOf(duck: Duckdb, { file, csv, columns }: CsvStaging): Promise<Dialect> {
  if (csv.names !== undefined) return { names: csv.names, delimiter: csv.delimiter ?? ',' };
  const [first] = await duck.rows(
    Line,
    `SELECT line FROM read_csv($path, auto_detect = false, columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '',
       escape = '', header = false, max_line_size = ${LONGEST_LINE},
       encoding = ${textLiteral(csv.encoding ?? 'utf-8')}, compression = 'none') LIMIT 1`,
    { path: file.path },
  );
  const header = first?.line ?? '';
  const wanted = Object.keys(columns);
  const tried = (csv.delimiter === undefined ? DELIMITERS : [csv.delimiter]).map((delimiter) => {
    const names = headerNames(header, delimiter, csv.quote ?? '"');
    return { names, delimiter, shown: wanted.filter((name) => names.includes(name)).length };
  });
  return tried.reduce((best, next) => (next.shown > best.shown ? next : best));
}

/** The names of a header line. A name in quotes may hold the delimiter; a doubled quote inside is one. */
function headerNames(line: string, delimiter: string, quote: string): string[] {
  const names: string[] = [];
  let name = '';
  let quoted = false;
  for (const letter of line) {
    if (letter === quote) quoted = !quoted;
    if (letter === delimiter && !quoted) {
      names.push(name);
      name = '';
    } else name += letter;
  }
  // A nameless column, such as the index that pandas writes, is nobody's: it gets a name that no declared one has.
  return [...names, name].map((raw, at) => unquoted(raw.trim(), quote) || `\u0001${at}`);
}

function unquoted(name: string, quote: string): string {
  const inQuotes = name.length > 1 && name.startsWith(quote) && name.endsWith(quote);
  return inQuotes ? name.slice(1, -1).replaceAll(quote + quote, quote) : name;
}

function optionsOf({ csv, quotedIsText }: CsvStaging, { names, delimiter }: Dialect): string {
  const quote = textLiteral(csv.quote ?? '"');
  const types = names.map((name) => `${textLiteral(name)}: 'VARCHAR'`);
  return [
    'auto_detect = false',
    "compression = 'none'",
    `columns = {${types.join(', ')}}`,
    `delim = ${textLiteral(delimiter)}`,
    `quote = ${quote}`,
    `escape = ${quote}`,
    `header = ${String(csv.names === undefined)}`,
    `encoding = ${textLiteral(csv.encoding ?? 'utf-8')}`,
    `nullstr = [${(csv.nulls ?? ['']).map(textLiteral).join(', ')}]`,
    `allow_quoted_nulls = ${String(!quotedIsText)}`,
    `max_line_size = ${LONGEST_LINE}`,
    'store_rejects = true',
    'rejects_limit = 100',
  ].join(', ');
}

const Rejected = z.object({ line: z.int(), kind: z.string(), said: z.string().nullable() });

/** Refuses a file with lines that were passed over, and forgets them. */
async function refuseRejected(duck: Duckdb, file: FoundFile): Promise<void> {
  const lines = await duck.rows(
    Rejected,
    'SELECT line, error_type::VARCHAR AS kind, error_message AS said FROM reject_errors ORDER BY line',
  );
  await duck.run('DROP TABLE reject_errors');
  await duck.run('DROP TABLE reject_scans');
  const [first] = lines;
  if (first === undefined) return;
  const place = `Line ${first.line} of ${file.name}`;
  const count = new Set(lines.map(({ line }) => line)).size;
  const more = count > 1 ? ` ${count - 1}${lines.length >= 100 ? ' or more' : ''} other lines have faults too.` : '';
  switch (first.kind) {
    case 'INVALID ENCODING':
      throw perennialError('PER_DATA_021', `${place} is not in the encoding that it was read with.${more}`);
    case 'LINE SIZE OVER MAXIMUM':
      throw perennialError('PER_DATA_024', `${place} is too long.${more}`);
    default:
      throw perennialError('PER_DATA_022', `${place} is not as the header: ${plain(first)}.${more}`);
  }
}

function plain({ kind, said }: z.infer<typeof Rejected>): string {
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(said ?? '');
  if (counts !== null) return `it has ${String(counts[2])} values where the header has ${String(counts[1])}`;
  if (kind === 'UNQUOTED VALUE') return 'a quote is opened and not closed, or stands where none may';
  return (said ?? kind).replace(/\.$/, '');
}
