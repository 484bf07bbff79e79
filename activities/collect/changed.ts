import { stat } from 'node:fs/promises';
import { perennialError } from '../../core/errors';
import type { FoundSource } from './find-source';

/** What each of a source's files looks like: equal looks mean that nobody wrote to it in between. */
export async function stampsOf({ files }: FoundSource): Promise<readonly string[]> {
  return Promise.all(
    files.map(async ({ path }) => {
      const { size, ino, mtimeNs } = await stat(path, { bigint: true });
      return `${size}:${ino}:${mtimeNs}`;
    }),
  );
}

/**
 * Refuses what was read when a file was written to meanwhile: it may be half old and half new.
 *
 * @param before {@link stampsOf} before the reading
 * @throws PER_DATA_026
 */
export async function refuseChanged(source: FoundSource, before: readonly string[]): Promise<void> {
  const after = await stampsOf(source).catch(() => []);
  const changed = source.files.find((_, i) => after[i] !== before[i]);
  if (changed) throw perennialError('PER_DATA_026', `${changed.name} (${changed.path}) changed while it was read.`);
}
