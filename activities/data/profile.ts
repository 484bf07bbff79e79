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
  const { min, max, mean, deciles, ranks } = byType(column);
  // Values first, rows after: a column with few values costs next to nothing, and sums run in one fixed order.
  return `
    WITH counted AS (SELECT ${identifier(column.name)} AS v, count(*) AS n FROM read_parquet($path) GROUP BY 1)
         ${ranks}
    SELECT coalesce(sum(n) FILTER (v IS NULL), 0)::BIGINT AS nulls,
           count(*) FILTER (v IS NOT NULL) AS distinct,
           ${min} AS min, ${max} AS max, ${mean} AS mean,
           ${deciles} AS deciles
    FROM counted`;
}

/** The SQL of what depends on a column's type; `ranks` is a further table expression that `deciles` reads. */
interface Expressions {
  readonly min: string;
  readonly max: string;
  readonly mean: string;
  readonly deciles: string;
  readonly ranks: string;
}

const NO_NUMBERS = { mean: 'NULL::DOUBLE', deciles: 'NULL', ranks: '' };

function byType(column: Column): Expressions {
  switch (column.type) {
    case 'integer':
    case 'number': {
      const finite = 'isfinite(v::DOUBLE)';
      const term = column.type === 'integer' ? 'v::HUGEINT * n' : 'v::DOUBLE * n ORDER BY v';
      return {
        min: `(min(v) FILTER (${finite}))::DOUBLE`,
        max: `(max(v) FILTER (${finite}))::DOUBLE`,
        mean: whereFinite(`(sum(${term}) FILTER (${finite}))::DOUBLE / sum(n) FILTER (${finite})`),
        deciles: DECILES,
        ranks: `, ranked AS (
          SELECT v::DOUBLE AS v, sum(n) OVER (ORDER BY v)::BIGINT AS upto FROM counted WHERE ${finite}
        ), places AS (
          SELECT tenth, (last - 1) * tenth / 10.0::DOUBLE AS place FROM range(11) t(tenth), (SELECT max(upto) AS last FROM ranked)
        )`,
      };
    }
    case 'timestamp':
      return { min: asInstant('min(v)::TIMESTAMP'), max: asInstant('max(v)::TIMESTAMP'), ...NO_NUMBERS };
    case 'text':
      return { min: 'min(v::VARCHAR)', max: 'max(v::VARCHAR)', ...NO_NUMBERS };
    default:
      return { min: 'NULL', max: 'NULL', ...NO_NUMBERS };
  }
}

/** A sum of huge numbers may be beyond all numbers: then there is no figure, rather than no data set version. */
function whereFinite(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN ${sql} END`;
}

/** Linear between neighbours (Hyndman & Fan 1996, definition 7): what stands at a place of the sorted rows, by their counts. */
const DECILES = `(
  SELECT list(CASE WHEN isfinite(high.v - low.v) THEN low.v + (high.v - low.v) * (place - floor(place))
              ELSE low.v * (1 - place + floor(place)) + high.v * (place - floor(place)) END ORDER BY tenth)
  FROM places ASOF JOIN ranked AS low ON floor(place) < low.upto ASOF JOIN ranked AS high ON ceil(place) < high.upto)`;

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
