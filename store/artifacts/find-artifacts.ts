import type { ArtifactKind } from '../../core/define/context';
import type { Db } from '../db';

/** A blob's record. */
export interface ArtifactRow {
  readonly digest: string;
  readonly kind: ArtifactKind;
  readonly bytes: number;
  readonly recorded_at: string;
}

/** Those of `digests` that the store has a record of, in no particular order. */
export async function findArtifacts(db: Db, digests: readonly string[]): Promise<ArtifactRow[]> {
  if (digests.length === 0) return [];
  const { rows } = await db.query<ArtifactRow>(
    `SELECT digest, kind, bytes, recorded_at FROM artifacts WHERE digest = ANY($1::text[]) LIMIT $2`,
    [digests, digests.length],
  );
  return rows;
}
