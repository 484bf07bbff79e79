import type { Json } from '../../core/plan/json';
import type { Db } from '../db';

/** A committed output with the bytes of its text; `output` is left out where the answer is full. */
export interface FoundOutput {
  readonly address: string;
  readonly bytes: number;
  readonly whole: boolean;
  readonly output: Json;
}

/**
 * The committed outputs at some addresses, in the order of asking, until they have so many bytes together; the first
 * comes whatever its size. The rest is told without its output.
 */
export async function findOutputs(
  db: Db,
  run: string,
  addresses: readonly string[],
  bytes: number,
): Promise<FoundOutput[]> {
  const { rows } = await db.query<FoundOutput>(
    `WITH found AS (
       SELECT asked.place, address, output, octet_length(output::text) AS bytes
       FROM unnest($2::text[]) WITH ORDINALITY AS asked (address, place) JOIN nodes USING (address)
       WHERE run_id = $1 AND output IS NOT NULL
     ), summed AS (
       SELECT *, sum(bytes) OVER (ORDER BY place) <= $3 OR row_number() OVER (ORDER BY place) = 1 AS whole FROM found
     )
     SELECT address, bytes, whole, CASE WHEN whole THEN output END AS output FROM summed ORDER BY place`,
    [run, addresses, bytes],
  );
  return rows;
}
