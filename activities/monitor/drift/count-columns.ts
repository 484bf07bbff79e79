import { z } from 'zod';
import { perennialError } from '../../../core/errors';
import type { Duckdb, SqlValues } from '../../data/duckdb';
import { plainType } from '../../data/schema';
import { identifier } from '../../data/sql';
import type { ColumnCounts } from './compare';

/** Rows of Parquet files: all of them, or those that meet a condition. */
export interface Sample {
  readonly files: readonly string[];
  /** A condition in DuckDB's SQL over the columns: `date < '2001-02-01'`. */
  readonly where?: string;
}

/** A column to compare. */
export interface DriftColumn {
  /** What the report calls it; without an expression, the column of the files. */
  readonly name: string;
  /** DuckDB's SQL over the columns: `hour(date)`. */
  readonly expression?: string;
  /** Default: by its type; numbers are numbers, texts and booleans are categories. `category` also takes codes that are numbers. */
  readonly kind?: 'number' | 'category';
  /**
   * Counts numbers by so many equal cells between the lowest and the highest value, and not by value: for huge data with
   * a continuous column, whose exact count needs memory for each value. Each value then stands for the middle of its cell:
   * a Wasserstein distance is off by less than a cell, a Kolmogorov-Smirnov statistic is at most the exact one.
   */
  readonly grid?: number;
}

/** A column as it is counted. */
interface Counted {
  readonly name: string;
  readonly kind: 'number' | 'category';
  /** What is grouped by. */
  readonly sql: string;
  /** The value that a group stands for, from what it is grouped by. */
  readonly valueOf: (group: number) => number;
}

const Group = z.object({
  part: z.int(),
  place: z.int(),
  number: z.number().nullable(),
  text: z.string().nullable(),
  rows: z.int(),
});

/**
 * How often each value occurs, of several columns in several samples, in one scan. Null, NaN and infinities are missing.
 *
 * @returns by sample, in their order; then by column name
 * @throws PER_DATA_045 a column of a type that has no drift
 * @throws PER_DATA_011 no such file or column; the cause says which
 */
export async function countColumns(
  duck: Duckdb,
  samples: readonly Sample[],
  columns: readonly DriftColumn[],
): Promise<ReadonlyMap<string, ColumnCounts>[]> {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw perennialError('PER_DATA_015', `Column '${twice}' is asked for twice.`);
  const counted = await howToCount(duck, samples, columns);
  const gathering = samples.map(() => counted.map((): Gathered => ({ numbers: [], texts: [], missing: 0 })));
  for await (const batch of duck.batches(Group, countingQuery(samples, counted), filesOf(samples))) {
    for (const { part, place, number, text, rows } of batch) {
      const [to, how] = [gathering[part]?.[place], counted[place]];
      if (!to || !how) continue;
      if (number !== null) to.numbers.push({ value: how.valueOf(number), rows });
      else if (text !== null) to.texts.push({ value: text, rows });
      else to.missing += rows;
    }
  }
  return gathering.map(
    (sample) => new Map(counted.flatMap(({ name, kind }, i) => (sample[i] ? [[name, told(kind, sample[i])]] : []))),
  );
}

interface Gathered {
  readonly numbers: { value: number; rows: number }[];
  readonly texts: { value: string; rows: number }[];
  missing: number;
}

function told(kind: Counted['kind'], { numbers, texts, missing }: Gathered): ColumnCounts {
  return kind === 'number' ? { kind, values: numbers, missing } : { kind, values: texts, missing };
}

/** One sample after the other in one statement; each grouping set is one column. Grouped by sample too it costs twice as much. */
function countingQuery(samples: readonly Sample[], counted: readonly Counted[]): string {
  const values = counted.map(({ sql }, i) => `${sql} AS v${i}`).join(', ');
  const one = (kind: Counted['kind'], type: string): string => {
    const whens = counted.flatMap((c, i) => (c.kind === kind ? [`WHEN grouping(v${i}) = 0 THEN v${i}::${type}`] : []));
    return whens.length > 0 ? `CASE ${whens.join(' ')} END` : `NULL::${type}`;
  };
  const places = counted.map((_, i) => `WHEN grouping(v${i}) = 0 THEN ${i}`);
  const parts = samples.map(
    (sample, part) => `
      SELECT ${part} AS part, CASE ${places.join(' ')} END AS place, ${one('number', 'DOUBLE')} AS number,
             ${one('category', 'VARCHAR')} AS text, count(*) AS rows
      FROM (SELECT ${values} FROM ${rowsFrom(sample, part)})
      GROUP BY GROUPING SETS (${counted.map((_, i) => `(v${i})`).join(', ')})`,
  );
  return parts.join(' UNION ALL ');
}

function rowsFrom({ where }: Sample, i: number): string {
  return `read_parquet($files_${i})${where === undefined ? '' : ` WHERE (${where})`}`;
}

function filesOf(samples: readonly Sample[]): SqlValues {
  return Object.fromEntries(samples.map(({ files }, i) => [`files_${i}`, files]));
}

const Described = z.object({ column_name: z.string(), column_type: z.string() });

async function howToCount(
  duck: Duckdb,
  samples: readonly Sample[],
  columns: readonly DriftColumn[],
): Promise<Counted[]> {
  const expressions = columns.map(({ name, expression }) =>
    expression === undefined ? identifier(name) : `(${expression})`,
  );
  const selected = expressions.map((sql, i) => `${sql} AS v${i}`).join(', ');
  const described = await duck.rows(Described, `DESCRIBE SELECT ${selected} FROM read_parquet($files_0)`, {
    files_0: samples[0]?.files ?? [],
  });
  const counted: Counted[] = [];
  for (const [i, column] of columns.entries()) {
    const sql = expressions[i] ?? '';
    const type = described[i]?.column_type ?? '';
    const kind = column.kind ?? kindOf(column.name, type);
    const plain = plainType(type);
    if (kind === 'category') {
      counted.push({ name: column.name, kind, sql: plain === 'text' ? sql : `${sql}::VARCHAR`, valueOf: Number });
      continue;
    }
    // Grouping by a small integer costs less than by a double; an integer is always finite.
    const finite = plain === 'integer' ? sql : `CASE WHEN isfinite(${sql}::DOUBLE) THEN ${sql}::DOUBLE END`;
    counted.push(
      column.grid === undefined
        ? { name: column.name, kind, sql: finite, valueOf: Number }
        : { name: column.name, kind, ...(await cellsOf(duck, samples, finite, column.grid)) },
    );
  }
  return counted;
}

export function kindOf(name: string, type: string): 'number' | 'category' {
  switch (plainType(type)) {
    case 'integer':
    case 'number':
      return 'number';
    case 'text':
    case 'boolean':
      return 'category';
    default:
      throw perennialError('PER_DATA_045', `Column '${name}' is a ${type}, which is neither a number nor a category.`);
  }
}

const Range = z.object({ low: z.number().nullable(), high: z.number().nullable() });

/** Equal cells between the lowest and the highest value of all samples. */
async function cellsOf(
  duck: Duckdb,
  samples: readonly Sample[],
  sql: string,
  cells: number,
): Promise<Pick<Counted, 'sql' | 'valueOf'>> {
  if (!Number.isInteger(cells) || cells < 1) throw new RangeError(`a grid of ${cells} cells`);
  const parts = samples.map((sample, i) => `SELECT ${sql}::DOUBLE AS v FROM ${rowsFrom(sample, i)}`);
  const { low, high } = await duck.row(
    Range,
    `SELECT min(v) AS low, max(v) AS high FROM (${parts.join(' UNION ALL ')})`,
    filesOf(samples),
  );
  if (low === null || high === null || low === high) return { sql, valueOf: Number };
  const width = (high - low) / cells;
  const cell = `least(floor((${sql}::DOUBLE - ${low}::DOUBLE) / ${width}::DOUBLE), ${cells - 1})::INTEGER`;
  return {
    // What is missing would be the least of itself and the last cell, which is the last cell.
    sql: `CASE WHEN (${sql}) IS NOT NULL THEN ${cell} END`,
    valueOf: (cell) => low + (cell + 0.5) * width,
  };
}
