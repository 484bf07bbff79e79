import type { Pool } from 'pg';
import type { ArtifactStore, Json } from '../../core';
import { useArtifacts } from '../../store/artifacts';
import { digestsIn } from './digests-in';

/**
 * Every text of an output that names an artifact of the records must still be there with its digest, and not given up; it counts
 * as used from then on. The first that is not.
 */
export async function brokenBlob(
  dependencies: { readonly db: Pool; readonly artifacts: ArtifactStore },
  output: Json,
): Promise<string | null> {
  const recorded = await useArtifacts(dependencies.db, digestsIn(output));
  const given = recorded.find(({ removedAt }) => removedAt !== null);
  if (given !== undefined) return given.digest;
  const broken = await Promise.all(
    recorded.map(({ digest }) =>
      dependencies.artifacts.pathOf(digest).then(
        () => null,
        () => digest,
      ),
    ),
  );
  return broken.find((digest) => digest !== null) ?? null;
}
