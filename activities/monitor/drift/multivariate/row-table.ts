import { z } from 'zod';
import { withDuckdb } from '../../../data/duckdb';
import { plainType } from '../../../data/schema';
import { withScratch } from '../../../data/scratch';
import { identifier } from '../../../data/sql';
import { type DriftColumn, kindOf, type Sample } from '../count-columns';
import type { DriftOptions } from '../measure-drift';

/** A column of some rows, in memory: 8 bytes a value. NaN and null are missing. */
export type TableColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'category'; readonly values: readonly (string | null)[] };

/** Rows as columns: what statistics over several columns at once take. */
export interface RowTable {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}

const Row = z.object({ numbers: z.array(z.number().nullable()), texts: z.array(z.string().nullable()) });
const Described = z.object({ column_type: z.string() });

/**
 * Reads columns of Parquet files into memory, in the order of the files and of the rows in them. Null, NaN and infinities are
 * missing. A `grid` is of no meaning here.
 *
 * @throws PER_DATA_045 a column of a type that has no drift
 * @throws PER_DATA_011 a file or a column that is not there; the cause says which
 * @example
 * const week = await readTable({ files: [flights], where: "date < '2001-01-08'" }, ['delay', 'origin']);
 */
export async function readTable(
  sample: Sample,
  columns: DriftOptions['columns'],
  options: Pick<DriftOptions, 'signal' | 'threads' | 'memoryLimit'> = {},
): Promise<RowTable> {
  const { signal = new AbortController().signal, threads, memoryLimit } = options;
  const wanted = columns.map((column): DriftColumn => (typeof column === 'string' ? { name: column } : column));
  const expressions = wanted.map(({ name, expression }) =>
    expression === undefined ? identifier(name) : `(${expression})`,
  );
  const from = `read_parquet($files)${sample.where === undefined ? '' : ` WHERE (${sample.where})`}`;
  const values = { files: sample.files };
  const limits = { ...(threads !== undefined && { threads }), ...(memoryLimit !== undefined && { memoryLimit }) };
  return withScratch((scratch) =>
    withDuckdb({ scratch, signal, reads: [...sample.files], ...limits }, async (duck) => {
      const described = await duck.rows(
        Described,
        `DESCRIBE SELECT ${expressions.map((sql, i) => `${sql} AS v${i}`).join(', ')} FROM read_parquet($files)`,
        values,
      );
      const kinds = wanted.map(({ name, kind }, i) => kind ?? kindOf(name, described[i]?.column_type ?? ''));
      const finite = (sql: string, i: number): string =>
        plainType(described[i]?.column_type ?? '') === 'integer'
          ? `${sql}::DOUBLE`
          : `CASE WHEN isfinite(${sql}::DOUBLE) THEN ${sql}::DOUBLE END`;
      const numbers = expressions.flatMap((sql, i) => (kinds[i] === 'number' ? [finite(sql, i)] : []));
      const texts = expressions.flatMap((sql, i) => (kinds[i] === 'category' ? [`${sql}::VARCHAR`] : []));
      const read = { numbers: numbers.map((): number[] => []), texts: texts.map((): (string | null)[] => []) };
      // A spelling is kept once, however many rows have it.
      const known = new Map<string, string>();
      const query = `SELECT [${numbers.join(', ')}]::DOUBLE[] AS numbers, [${texts.join(', ')}]::VARCHAR[] AS texts FROM ${from}`;
      let rows = 0;
      for await (const batch of duck.batches(Row, query, values)) {
        for (const row of batch) {
          rows++;
          row.numbers.forEach((value, i) => read.numbers[i]?.push(value ?? NaN));
          row.texts.forEach((value, i) => {
            if (value !== null && !known.has(value)) known.set(value, value);
            read.texts[i]?.push(value === null ? null : (known.get(value) ?? value));
          });
        }
      }
      let [number, text] = [0, 0];
      const made = wanted.map(({ name }, i): TableColumn =>
        kinds[i] === 'number'
          ? { name, kind: 'number', values: Float64Array.from(read.numbers[number++] ?? []) }
          : { name, kind: 'category', values: read.texts[text++] ?? [] },
      );
      return { rows, columns: made };
    }),
  );
}

/** The columns of several tables as those of one, in their order. */
export function joinTables(tables: readonly RowTable[]): RowTable {
  const [first, ...rest] = tables;
  if (first === undefined) return { rows: 0, columns: [] };
  const columns = first.columns.map((column, i): TableColumn => {
    const others = rest.map((table) => matching(column, table.columns[i]));
    if (column.kind === 'number') {
      return {
        ...column,
        values: Float64Array.from([column, ...others].flatMap((c) => (c.kind === 'number' ? [...c.values] : []))),
      };
    }
    return { ...column, values: [column, ...others].flatMap((c) => (c.kind === 'category' ? c.values : [])) };
  });
  return { rows: tables.reduce((sum, { rows }) => sum + rows, 0), columns };
}

/** @throws RangeError when a table has other columns than the one it is held against */
export function matching(
  column: { readonly name: string; readonly kind: string },
  other: TableColumn | undefined,
): TableColumn {
  if (other?.name === column.name && other.kind === column.kind) return other;
  const found = other === undefined ? 'nothing' : `${other.kind} '${other.name}'`;
  throw new RangeError(`${column.kind} '${column.name}' stands against ${found}`);
}
