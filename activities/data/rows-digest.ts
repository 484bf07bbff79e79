import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../core/plan/json';
import type { Duckdb } from './duckdb';
import type { Column } from './schema';
import { identifier } from './sql';

const TWO_TO_64 = 1n << 64n;
const TWO_TO_128 = 1n << 128n;
const Sums = z.object({ rows: z.int(), upper: z.string().nullable(), lower: z.string().nullable() });

/**
 * Digest of a file's rows as a bag: the same after a shuffle, other row groups or another codec; different when one
 * cell changes or one row is doubled. SHA-256 over columns, row count, and the sum of the rows' MD5 modulo 2^128
 * (a sum, not an exclusive or, which is blind to pairs of equal rows). It guards against accidents, not adversaries.
 */
export async function rowsDigest(duck: Duckdb, path: string, columns: readonly Column[]): Promise<string> {
  const sorted = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
  const row = sorted.map(cell).join(' || ');
  const sums = await duck.row(
    Sums,
    `WITH hashed AS (SELECT md5_number(${row}) AS h FROM read_parquet($path))
     SELECT count(*) AS rows,
            sum((h >> 64)::HUGEINT)::VARCHAR AS upper,
            sum((h & 18446744073709551615)::HUGEINT)::VARCHAR AS lower
     FROM hashed`,
    { path },
  );
  const sum = (BigInt(sums.upper ?? '0') * TWO_TO_64 + BigInt(sums.lower ?? '0')) % TWO_TO_128;
  const named = sorted.map((column) => ({ name: column.name, type: column.sql }));
  const text = canonicalJson({ columns: named, rows: sums.rows, sum: sum.toString(16) });
  return createHash('sha256').update(text).digest('hex');
}

/** A cell as text that no other cell sequence can imitate: length first, and null unlike any text. */
function cell(column: Column): string {
  const name = identifier(column.name);
  const text = column.type === 'timestamp' ? `epoch_us(${name}::TIMESTAMP)::VARCHAR` : `${name}::VARCHAR`;
  return `coalesce(length(${text})::VARCHAR || ':' || ${text}, '-')`;
}
