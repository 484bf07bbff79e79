import type { Db } from '../db';

/** The day (UTC, `2026-11-30`) from which on lines are kept; null: there are no partitions. */
export async function oldestLines(db: Db): Promise<string | null> {
  const { rows } = await db.query<{ day: string | null }>(
    `SELECT to_char(min(to_date(right(relname, 8), 'YYYYMMDD')), 'YYYY-MM-DD') AS day
     FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'logs'::regclass`,
  );
  return rows[0]?.day ?? null;
}
