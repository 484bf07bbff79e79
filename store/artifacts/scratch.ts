import type { ArtifactStore } from '../../core/define/context';
import { isPerennialError } from '../../core/errors';
import { diskBlobs } from './disk';
import type { NewArtifact } from './record-artifact';

/** An artifact store to be thrown away, before one that is only read. */
export interface ScratchArtifacts extends ArtifactStore {
  /** What was written so far; the same bytes twice count once. */
  written(): readonly NewArtifact[];
}

/**
 * Keeps what is written in a folder of its own and records nothing; what is not there is read from the store behind.
 *
 * @param folder blobs that lie there already are found too
 */
export function scratchArtifacts(folder: string, behind: ArtifactStore): ScratchArtifacts {
  const written = new Map<string, NewArtifact>();
  const own = diskBlobs(folder, (artifact) => {
    written.set(artifact.digest, artifact);
    return Promise.resolve();
  });

  /** The own one first. One that is there and corrupt is not looked for behind. */
  async function fromEither<T>(read: (store: ArtifactStore) => Promise<T>): Promise<T> {
    return read(own).catch((error: unknown) => {
      if (isPerennialError(error) && error.code === 'PER_RUN_002') return read(behind);
      throw error;
    });
  }

  return {
    putFile: (path, kind) => own.putFile(path, kind),
    putBytes: (bytes, kind) => own.putBytes(bytes, kind),
    pathOf: (digest) => fromEither((store) => store.pathOf(digest)),
    read: (digest) => fromEither((store) => store.read(digest)),
    written: () => [...written.values()],
  };
}
