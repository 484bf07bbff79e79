import type { ArtifactKind } from '../../core/define/context';
import type { Db } from '../db';
import { REMOVAL_LOCK } from './removal-lock';

/** What is known of a blob when it is on disk. */
export interface NewArtifact {
  readonly digest: string;
  readonly kind: ArtifactKind;
  readonly bytes: number;
}

/**
 * Records a blob. The same bytes stored again keep their first row, which says from then on that they were used now: nothing
 * removes them for a day. Bytes that had been removed are there again.
 */
export async function recordArtifact(db: Db, artifact: NewArtifact): Promise<void> {
  await db.query(
    `WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared($4))
     INSERT INTO artifacts (digest, kind, bytes) SELECT $1, $2, $3 FROM held
     ON CONFLICT (digest) DO UPDATE SET used_at = now(), doomed_at = NULL, doomed_by = NULL, removed_at = NULL`,
    [artifact.digest, artifact.kind, artifact.bytes, REMOVAL_LOCK],
  );
}
