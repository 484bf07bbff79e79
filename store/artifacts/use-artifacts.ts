import type { Db } from '../db';
import { REMOVAL_LOCK } from './removal-lock';

/** An artifact that somebody is about to refer to. */
export interface UsedArtifact {
  readonly digest: string;
  /** When it was given up, ISO 8601; null: it is there, and nothing removes it for a day. */
  readonly removedAt: string | null;
}

/**
 * Notes of those of `digests` that the store has a record of that they are used now, before a record refers to them: no
 * removal that has begun takes them, nor what they were made from. One that is given up already is left so, and told.
 *
 * @example
 * const [gone] = (await useArtifacts(db, digests)).filter(({ removedAt }) => removedAt !== null);
 */
export async function useArtifacts(db: Db, digests: readonly string[]): Promise<UsedArtifact[]> {
  if (digests.length === 0) return [];
  await db.query(
    // By digest, so that two that use the same ones do not wait for each other. A use of the last minute says enough.
    `WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared($2)), mine AS (
       SELECT a.digest FROM held CROSS JOIN artifacts a
       WHERE a.digest = ANY($1::text[]) AND a.doomed_at IS NULL AND a.used_at < now() - interval '1 minute'
       ORDER BY a.digest FOR NO KEY UPDATE OF a
     )
     UPDATE artifacts a SET used_at = now() FROM mine WHERE a.digest = mine.digest`,
    [digests, REMOVAL_LOCK],
  );
  const { rows } = await db.query<UsedArtifact>(
    `SELECT digest, COALESCE(removed_at, doomed_at) AS "removedAt" FROM artifacts
     WHERE digest = ANY($1::text[]) LIMIT $2`,
    [digests, digests.length],
  );
  return rows;
}
