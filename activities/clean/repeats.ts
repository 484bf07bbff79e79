import { z } from 'zod';
import type { Rows } from '../data/check-conditions';
import type { Duckdb } from '../data/duckdb';
import { ROW_NUMBER } from '../data/row-number';
import { identifier } from '../data/sql';
import type { CleanOptions } from './clean-rows';
import { columnOf, REASON, type Stage } from './change';

/** What makes rows the same, and which of them stays. */
export interface Key {
  readonly columns: readonly string[];
  /** An aggregate over the same rows: the number of the row that stays. */
  readonly stays: string;
}

/** @throws PER_DATA_003 */
export function keyOf(
  stage: Stage,
  { uniqueBy, keep = 'first', by }: Pick<CleanOptions, 'uniqueBy' | 'keep' | 'by'>,
): Key | null {
  const time = by === undefined ? null : identifier(columnOf(stage, by).name);
  const columns = uniqueBy?.map((name) => identifier(columnOf(stage, name).name));
  if (!columns) return null;
  const aggregate = keep === 'first' ? 'min' : 'max';
  if (time === null) return { columns, stays: `${aggregate}(${ROW_NUMBER})` };
  // A row without a time comes last of all where the first stays, and first of all where the last does.
  const known = `${time} IS ${keep === 'first' ? '' : 'NOT '}NULL`;
  return {
    columns,
    stays: `${aggregate}(struct_pack(known := ${known}, instant := ${time}, place := ${ROW_NUMBER})).place`,
  };
}

/**
 * Notes which rows do not stay, a bit for each row of the file, of which there may be 10^9. Keys are grouped, on the disk
 * where memory does not hold them; ranking all rows within their key was measured at more than twice the cost.
 *
 * @param rows of the file
 * @returns how many rows do not stay
 */
export async function noteRepeats(duck: Duckdb, judged: Rows, { columns, stays }: Key, rows: number): Promise<number> {
  const taking = `${judged.sql} j WHERE j.${REASON} IS NULL`;
  await duck.run(
    `CREATE TEMP TABLE repeats AS
     SELECT ${columns.map((k, i) => `${k} AS key_${i}`).join(', ')}, ${stays} AS stays, count(*) - 1 AS surplus
     FROM ${taking} GROUP BY ${columns.join(', ')} HAVING count(*) > 1`,
    judged.values,
  );
  const { surplus } = await duck.row(Surplus, 'SELECT coalesce(sum(surplus), 0)::BIGINT AS surplus FROM repeats');
  if (surplus === 0) return 0;
  const same = columns.map((k, i) => `j.${k} IS NOT DISTINCT FROM r.key_${i}`).join(' AND ');
  await duck.run(
    `SET VARIABLE surplus_rows = (SELECT bitstring_agg(j.${ROW_NUMBER}, 0, ${rows - 1})
       FROM ${judged.sql} j JOIN repeats r ON ${same} WHERE j.${REASON} IS NULL AND j.${ROW_NUMBER} <> r.stays)`,
    judged.values,
  );
  return surplus;
}

const Surplus = z.object({ surplus: z.int() });

/** True for a row that stays, after {@link noteRepeats} has found some that do not: no join, so that rows keep their order. */
export const STAYS = `get_bit(getvariable('surplus_rows'), ${ROW_NUMBER}::INTEGER) = 0`;
