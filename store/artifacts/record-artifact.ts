import type { ArtifactKind } from '../../core/define/context';
import type { Db } from '../db';

/** What is known of a blob when it is on disk. */
export interface NewArtifact {
  readonly digest: string;
  readonly kind: ArtifactKind;
  readonly bytes: number;
}

/** Records a blob. The same bytes stored again keep their first row. */
export async function recordArtifact(db: Db, artifact: NewArtifact): Promise<void> {
  await db.query(`INSERT INTO artifacts (digest, kind, bytes) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING`, [
    artifact.digest,
    artifact.kind,
    artifact.bytes,
  ]);
}
