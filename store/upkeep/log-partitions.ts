import type { Db } from '../db';

/** A partition of the log lines: those of one day. */
export interface LogPartition {
  /** `logs_20261130` */
  readonly name: string;
  /** `2026-11-30`, UTC. */
  readonly day: string;
  readonly bytes: number;
  /** A detachment of it was cut off in the middle. */
  readonly pending: boolean;
}

/** The partitions whose days were over at a time, the oldest first. */
export async function listLogPartitions(db: Db, until: string): Promise<LogPartition[]> {
  const { rows } = await db.query<LogPartition>(
    `SELECT relname AS name, to_char(day, 'YYYY-MM-DD') AS day, pg_total_relation_size(oid) AS bytes, pending
     FROM (SELECT relname, pg_class.oid, to_date(right(relname, 8), 'YYYYMMDD') AS day, inhdetachpending AS pending
           FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'logs'::regclass) AS parts
     WHERE (day + 1)::timestamp AT TIME ZONE 'UTC' <= $1 ORDER BY day LIMIT 10000`,
    [until],
  );
  return rows;
}

/** Makes the partitions of today and the days after it that are not there. @returns how many it made */
export async function makeLogPartitions(db: Db, daysAhead: number): Promise<number> {
  let made = 0;
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const { rows } = await db.query<{ made: boolean }>(
      `SELECT make_logs_partition((now() AT TIME ZONE 'UTC')::date + $1::int) AS made`,
      [ahead],
    );
    if (rows[0]?.made === true) made += 1;
  }
  return made;
}

/**
 * Removes a partition. It is detached beside readers and writers, which cannot be done in a transaction; a detachment that was cut
 * off is brought to its end.
 */
export async function dropLogPartition(
  db: Db,
  { name, pending }: Pick<LogPartition, 'name' | 'pending'>,
): Promise<void> {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await db.query(`ALTER TABLE logs DETACH PARTITION ${quoted} ${pending ? 'FINALIZE' : 'CONCURRENTLY'}`);
  await db.query(`DROP TABLE ${quoted}`);
}
