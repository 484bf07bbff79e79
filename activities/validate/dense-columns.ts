import { z } from 'zod';
import type { Expectation } from '../../steps/expectations';
import type { Duckdb } from '../data/duckdb';
import type { Column } from '../data/schema';
import { identifier } from '../data/sql';
import { type Judging, overRows, type Span, type Table } from './judged';

/**
 * Bits for each row that counting a column's values may take, and in all: a hash table takes more for any value that is new.
 * Each thread has bits of its own, which DuckDB's memory limit does not count; it takes at most 10^9 of them.
 */
const BITS = { aRow: 64n, inAll: 500_000_000n } as const;

/** Whole numbers that a BIGINT holds: of narrower ones DuckDB would take the range in their own type, which may not hold it. */
const COUNTABLE = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER']);

const Bounds = z.object({ rows: z.int(), least: z.string().nullable(), greatest: z.string().nullable() });

/**
 * The columns of whole numbers whose values are to be counted and lie close together, as numbers of rows, days and codes
 * do, with their bounds. The file's footer has those.
 */
export async function denseColumns(
  duck: Duckdb,
  { path, columns }: Pick<Table, 'path' | 'columns'>,
  expectations: readonly Expectation[],
): Promise<ReadonlyMap<string, Span>> {
  const counted = new Set(expectations.flatMap(countedBy));
  const dense = new Map<string, Span>();
  for (const { name } of columns.filter((column) => COUNTABLE.has(column.sql) && counted.has(column.name))) {
    const c = identifier(name);
    const { rows, least, greatest } = await duck.row(
      Bounds,
      `SELECT count(*) AS rows, min(${c})::VARCHAR AS least, max(${c})::VARCHAR AS greatest FROM read_parquet($path)`,
      { path },
    );
    if (least === null || greatest === null) continue;
    const span = BigInt(greatest) - BigInt(least);
    if (span < BigInt(rows) * BITS.aRow && span < BITS.inAll) dense.set(name, { least, greatest });
  }
  return dense;
}

function countedBy(expectation: Expectation): readonly string[] {
  switch (expectation.kind) {
    case 'unique':
      return expectation.columns.length === 1 ? expectation.columns : [];
    case 'distinct-count':
    case 'distinct-share':
      return [expectation.column];
    default:
      return [];
  }
}

/** How many different values a column has, as a query of one value: null is none. A bit for each value where they are dense. */
export function countDistinct(on: Judging, { name }: Column): string {
  const c = identifier(name);
  const span = on.dense.get(name);
  if (span === undefined) return overRows(`count(DISTINCT ${c})`);
  const [least, greatest] = [span.least, span.greatest].map((bound) => `'${BigInt(bound)}'::BIGINT`);
  return overRows(`coalesce(bit_count(bitstring_agg(${c}::BIGINT, ${least}, ${greatest})), 0)::BIGINT`);
}
