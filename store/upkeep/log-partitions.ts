import type { Db } from '../db';

/** A partition of the log lines: those of one day. */
export interface LogPartition {
  /** `logs_20261130` */
  readonly name: string;
  /** `2026-11-30`, UTC. */
  readonly day: string;
  readonly bytes: number;
  /** Whether it is a part of the table still. `leaving`: its detachment was cut off in the middle; `detached`: after it. */
  readonly state: 'attached' | 'leaving' | 'detached';
}

/** The partitions whose days were over at a time, the oldest first, with those that were detached and are there still. */
export async function listLogPartitions(db: Db, until: string): Promise<LogPartition[]> {
  const { rows } = await db.query<LogPartition>(
    `SELECT relname AS name, regexp_replace(right(relname, 8), '(....)(..)(..)', '\\1-\\2-\\3') AS day,
            pg_total_relation_size(oid) AS bytes,
            CASE WHEN inhparent IS NULL THEN 'detached' WHEN inhdetachpending THEN 'leaving' ELSE 'attached' END AS state
     FROM pg_class LEFT JOIN pg_inherits ON inhrelid = oid
     WHERE relkind = 'r' AND relname ~ '^logs_[0-9]{8}$' AND right(relname, 8) < to_char($1 AT TIME ZONE 'UTC', 'YYYYMMDD')
       AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'logs'::regclass)
       AND (inhparent IS NULL OR inhparent = 'logs'::regclass)
     ORDER BY relname LIMIT 10000`,
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
 * Removes a partition. It is detached beside readers and writers, which cannot be done in a transaction: a detachment that was cut
 * off is brought to its end, and what was detached only goes.
 */
export async function dropLogPartition(db: Db, { name, state }: Pick<LogPartition, 'name' | 'state'>): Promise<void> {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  if (state !== 'detached') {
    await db.query(`ALTER TABLE logs DETACH PARTITION ${quoted} ${state === 'leaving' ? 'FINALIZE' : 'CONCURRENTLY'}`);
  }
  await db.query(`DROP TABLE ${quoted}`);
}
