import type { PoolClient } from 'pg';
import { REMOVAL_LOCK } from '../artifacts/removal-lock';
import type { Ages, Reached } from './reach';

/** An artifact that nothing needs. */
export interface Unneeded {
  readonly digest: string;
  readonly kind: string;
  readonly bytes: number;
  readonly recordedAt: string;
}

/** Puts the artifacts that nothing needs, the oldest first and so many at most, into a table of this connection. */
export async function collectUnneeded(
  client: PoolClient,
  { keepFrom, cutoff }: Ages,
  limit: number | null,
): Promise<void> {
  await client.query('DROP TABLE IF EXISTS gc_unneeded, gc_cached');
  await client.query(
    `CREATE TEMP TABLE gc_unneeded (place bigint PRIMARY KEY, digest text, kind text, bytes bigint, recorded_at timestamptz)`,
  );
  await client.query(
    `INSERT INTO gc_unneeded
     SELECT row_number() OVER (ORDER BY recorded_at, digest), digest, kind, bytes, recorded_at FROM artifacts a
     WHERE removed_at IS NULL AND doomed_at IS NULL AND used_at < $1
       AND NOT EXISTS (SELECT FROM gc_reached r WHERE r.digest = a.digest)
     ORDER BY recorded_at, digest LIMIT $2`,
    [cutoff, limit],
  );
  // Of the cache, what is too old to keep anything: an entry goes with what its output names.
  await client.query('CREATE TEMP TABLE gc_cached (digest text, key text)');
  await client.query(
    `INSERT INTO gc_cached SELECT DISTINCT m[1], key FROM cache_entries
     CROSS JOIN LATERAL regexp_matches(output::text, '\\m[0-9a-f]{64}\\M', 'g') AS m WHERE recorded_at < $1`,
    [keepFrom],
  );
  await client.query('CREATE INDEX ON gc_cached (digest)');
  await client.query('ANALYZE gc_unneeded, gc_cached');
}

/** A page of those that nothing needs; `last` is where the next one begins, null: there was none left. */
export async function listUnneeded(
  client: PoolClient,
  after: number,
  limit: number,
): Promise<{ readonly page: readonly Unneeded[]; readonly last: number | null }> {
  const { rows } = await client.query<Unneeded>(
    `SELECT digest, kind, bytes, recorded_at AS "recordedAt" FROM gc_unneeded WHERE place > $1 ORDER BY place LIMIT $2`,
    [after, limit],
  );
  // Places have no gaps.
  return { page: rows, last: rows.length === 0 ? null : after + rows.length };
}

/**
 * Gives some of them up: from the commit on nothing hands them out any more, and cache entries that name them are gone. What
 * has been used since it was collected, or was made into something that has, stays.
 *
 * @returns those that were given up, and how many entries of the cache went with them
 */
export async function doom(
  client: PoolClient,
  reached: Reached,
  batch: { readonly digests: readonly string[]; readonly gc: number; readonly ages: Ages },
): Promise<{ readonly doomed: readonly string[]; readonly entries: number }> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [REMOVAL_LOCK]);
    await reached.takeUp();
    const { rows } = await client.query<{ digest: string }>(
      `UPDATE artifacts a SET doomed_at = now(), doomed_by = $2
       WHERE digest = ANY($1::text[]) AND doomed_at IS NULL AND removed_at IS NULL AND used_at < $3
         AND NOT EXISTS (SELECT FROM gc_reached r WHERE r.digest = a.digest)
       RETURNING digest`,
      [batch.digests, batch.gc, batch.ages.cutoff],
    );
    const doomed = rows.map(({ digest }) => digest);
    const { rowCount } = await client.query(
      `DELETE FROM cache_entries c USING gc_cached g
       WHERE g.digest = ANY($1::text[]) AND c.key = g.key AND c.recorded_at < $2`,
      [doomed, batch.ages.keepFrom],
    );
    await client.query('COMMIT');
    return { doomed, entries: rowCount ?? 0 };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
