import { z } from 'zod';
import type { Duckdb, SqlValues } from '../data/duckdb';
import type { ValueCount } from './drift/bins';

/** A value to count: an expression over the rows, and whether it gives numbers or texts. */
export interface Counted {
  readonly name: string;
  readonly sql: string;
  readonly kind: 'number' | 'text';
}

/** Rows by value of one expression; null and NaN are missing. */
export interface Counts {
  readonly numbers: readonly ValueCount<number>[];
  readonly texts: readonly ValueCount<string>[];
  readonly missing: number;
}

const Row = z.object({
  part: z.string(),
  place: z.int(),
  number: z.number().nullable(),
  text: z.string().nullable(),
  rows: z.int(),
});

/**
 * How often each value occurs, for several expressions and several parts of the rows, exactly and in one scan. All
 * statistics of drift are arithmetic over it.
 *
 * @param rows what stands after FROM
 * @param part an expression that says which part a row belongs to; null: to none, and it is left out
 * @returns by part, then by name
 */
export async function countValues(
  duck: Duckdb,
  rows: string,
  part: string,
  counted: readonly Counted[],
  values: SqlValues = {},
): Promise<Map<string, Map<string, Counts>>> {
  const columns = counted.map(({ sql }, i) => `${sql} AS v${i}`);
  const sets = counted.map((_, i) => `(part, v${i})`);
  const pick = (kind: Counted['kind'], type: string): string => {
    const whens = counted.flatMap((c, i) => (c.kind === kind ? [`WHEN grouping(v${i}) = 0 THEN v${i}::${type}`] : []));
    return whens.length > 0 ? `CASE ${whens.join(' ')} END` : 'NULL';
  };
  const places = counted.map((_, i) => `WHEN grouping(v${i}) = 0 THEN ${i}`);
  const sql = `
    SELECT part, CASE ${places.join(' ')} END AS place, ${pick('number', 'DOUBLE')} AS number,
           ${pick('text', 'VARCHAR')} AS text, count(*) AS rows
    FROM (SELECT (${part})::VARCHAR AS part, ${columns.join(', ')} FROM ${rows})
    WHERE part IS NOT NULL
    GROUP BY GROUPING SETS (${sets.join(', ')})`;
  const found = new Map<string, Map<string, Gathering>>();
  for await (const batch of duck.batches(Row, sql, values)) {
    for (const row of batch) gather(found, counted[row.place]?.name ?? '', row);
  }
  return found;
}

interface Gathering extends Counts {
  numbers: ValueCount<number>[];
  texts: ValueCount<string>[];
  missing: number;
}

function gather(found: Map<string, Map<string, Gathering>>, name: string, row: z.infer<typeof Row>): void {
  const part = found.get(row.part) ?? new Map<string, Gathering>();
  found.set(row.part, part);
  const counts = part.get(name) ?? { numbers: [], texts: [], missing: 0 };
  part.set(name, counts);
  const { rows } = row;
  if (row.number !== null) counts.numbers.push({ value: row.number, rows });
  else if (row.text !== null) counts.texts.push({ value: row.text, rows });
  else counts.missing += rows;
}
