import { columnsOf } from '../columns-of';
import type { Db } from '../db';
import type { NewLine } from './log-row';

/** Tells who listens which run has new lines. */
export const LINES_CHANNEL = 'perennial_logs';

/**
 * Keeps some lines and tells who follows their runs. The partition of the day is made where upkeep has not made it ahead.
 *
 * @throws what pg raises; then none of them is kept
 */
export async function insertLines(db: Db, lines: readonly NewLine[]): Promise<void> {
  if (lines.length === 0) return;
  try {
    await insert(db, lines);
  } catch (error) {
    if (!isWithoutPartition(error)) throw error;
    await db.query(`SELECT make_logs_partition((now() AT TIME ZONE 'UTC')::date)`);
    await insert(db, lines);
  }
}

async function insert(db: Db, lines: readonly NewLine[]): Promise<void> {
  const columns = lines.map((line) => [
    line.run,
    line.address,
    line.fence,
    line.attempt,
    line.seq,
    new Date(line.at).toISOString(),
    line.level,
    line.message,
    line.fields,
  ]);
  await db.query({
    name: 'insert-lines',
    text: `WITH kept AS (
       INSERT INTO logs (run_id, address, fence, attempt, seq, at, level, message, fields)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::timestamptz[], $7::text[],
                            $8::text[], $9::jsonb[])
     )
     SELECT pg_notify($10, run) FROM (SELECT DISTINCT unnest($1::text[]) AS run) AS runs`,
    values: [...columnsOf(columns), LINES_CHANNEL],
  });
}

/** A check that fails: of the table it would name a constraint. */
function isWithoutPartition(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '23514') return false;
  return !('constraint' in error) || error.constraint === undefined;
}
