import { stat } from 'node:fs/promises';
import { perennialError } from '../../core/errors';
import type { FoundSource } from './find-source';

/** What each of a source's files looks like: equal looks mean that nobody wrote to it in between. Null: it is not there. */
export async function stampsOf({ files }: FoundSource): Promise<readonly (string | null)[]> {
  return Promise.all(
    files.map(({ path }) =>
      stat(path, { bigint: true }).then(
        ({ size, ino, mtimeNs }) => `${size}:${ino}:${mtimeNs}`,
        () => null,
      ),
    ),
  );
}

/**
 * Refuses what was read when a file was written to meanwhile: it may be half old and half new.
 *
 * @param before {@link stampsOf} before the reading
 * @throws PER_DATA_026
 */
export async function refuseChanged(source: FoundSource, before: readonly (string | null)[]): Promise<void> {
  const after = await stampsOf(source);
  const changed = source.files.find((_, i) => after[i] !== before[i]);
  if (changed) throw perennialError('PER_DATA_026', `${changed.name} (${changed.path}) changed while it was read.`);
}
