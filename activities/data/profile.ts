import { z } from 'zod';
import type { Duckdb } from './duckdb';
import type { Column } from './schema';
import { asInstant, identifier } from './sql';

const scalar = z.union([z.number(), z.string(), z.null()]);

/** One column of a data set version. Every figure is exact; means are rounded to nine significant digits. */
export const ColumnProfile = z.object({
  nulls: z.int(),
  distinct: z.int(),
  /** Instants as ISO text; null for columns of other types than number, instant and text, and when all is null. */
  min: scalar,
  max: scalar,
  /** Of numbers; NaN and infinities are left out here and in the deciles. */
  mean: z.number().nullable(),
  /** Of numbers: minimum, nine deciles (linear between neighbours), maximum. */
  deciles: z.array(z.number()).length(11).nullable(),
  /** Of texts and booleans: the most frequent values with their rows; ties by the value. */
  top: z.array(z.object({ value: z.string(), rows: z.int() })).nullable(),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

export interface Profile {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnProfile>>;
}

const TOP = 20;
const Counted = z.object({ rows: z.int() });
const Top = z.object({ value: z.string(), rows: z.int() });

/** Profiles a Parquet file: one statement for each column, which reads that column alone. */
export async function profileOf(duck: Duckdb, path: string, columns: readonly Column[]): Promise<Profile> {
  const { rows } = await duck.row(Counted, 'SELECT count(*) AS rows FROM read_parquet($path)', { path });
  const profiles: [string, ColumnProfile][] = [];
  for (const column of columns) profiles.push([column.name, await profileColumn(duck, path, column)]);
  return { rows, columns: Object.fromEntries(profiles) };
}

async function profileColumn(duck: Duckdb, path: string, column: Column): Promise<ColumnProfile> {
  const figures = await duck.row(Figures, figuresOf(column), { path });
  const mean = figures.mean === null ? null : Number(figures.mean.toPrecision(9));
  const counted = column.type === 'text' || column.type === 'boolean';
  const top = counted ? await topOf(duck, path, column) : null;
  return { ...figures, min: storable(figures.min), max: storable(figures.max), mean, top };
}

/** Postgres keeps no NUL in JSON; a dirty text must not stop a version from being recorded. */
function storable<T>(value: T): T | string {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').slice(0, 1_000) : value;
}

const Figures = ColumnProfile.omit({ top: true });

function figuresOf(column: Column): string {
  const [min, max, mean, deciles] = byType(column);
  // Values first, rows after: a column with few values costs next to nothing, and sums run in one fixed order.
  return `
    WITH counted AS (SELECT ${identifier(column.name)} AS v, count(*) AS n FROM read_parquet($path) GROUP BY 1)
    SELECT coalesce(sum(n) FILTER (v IS NULL), 0)::BIGINT AS nulls,
           count(*) FILTER (v IS NOT NULL) AS distinct,
           ${min} AS min, ${max} AS max, ${mean} AS mean,
           ${deciles} AS deciles
    FROM counted`;
}

function byType(column: Column): [min: string, max: string, mean: string, deciles: string] {
  switch (column.type) {
    case 'integer':
    case 'number': {
      const finite = 'isfinite(v::DOUBLE)';
      const term = column.type === 'integer' ? 'v::HUGEINT * n' : 'v::DOUBLE * n ORDER BY v';
      const values = `SELECT ${identifier(column.name)}::DOUBLE AS v FROM read_parquet($path)`;
      return [
        `(min(v) FILTER (${finite}))::DOUBLE`,
        `(max(v) FILTER (${finite}))::DOUBLE`,
        `(sum(${term}) FILTER (${finite}))::DOUBLE / sum(n) FILTER (${finite})`,
        `(SELECT CASE WHEN count(v) > 0 THEN quantile_cont(v, ${TENTHS}) END FROM (${values}) WHERE ${finite})`,
      ];
    }
    case 'timestamp':
      return [asInstant('min(v)::TIMESTAMP'), asInstant('max(v)::TIMESTAMP'), 'NULL::DOUBLE', 'NULL'];
    case 'text':
      return ['min(v::VARCHAR)', 'max(v::VARCHAR)', 'NULL::DOUBLE', 'NULL'];
    default:
      return ['NULL', 'NULL', 'NULL::DOUBLE', 'NULL'];
  }
}

const TENTHS = '[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]';

async function topOf(duck: Duckdb, path: string, column: Column): Promise<z.infer<typeof Top>[]> {
  const c = identifier(column.name);
  const found = await duck.rows(
    Top,
    `SELECT ${c}::VARCHAR AS value, count(*) AS rows FROM read_parquet($path)
     WHERE ${c} IS NOT NULL GROUP BY ALL ORDER BY rows DESC, value LIMIT ${TOP}`,
    { path },
  );
  return found.map(({ value, rows }) => ({ value: storable(value), rows }));
}
