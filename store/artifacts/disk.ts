import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArtifactKind, ArtifactStore } from '../../core/define/context';
import { perennialError } from '../../core/errors';
import { fullDisk } from '../../core/full-disk';
import type { Db } from '../db';
import { blobPath, isMissing } from './blob-path';
import { type NewArtifact, recordArtifact } from './record-artifact';

const DIGEST = /^[0-9a-f]{64}$/;
/** Times that a blob is written whose file is not there once it is recorded. */
const ATTEMPTS = 3;

/**
 * The artifact store on a disk that all processes share: `<root>/sha256/ab/cdef…`, each blob with its record.
 *
 * @param base root of production's store, of a preview: what is not below `root` is looked for there, and nothing of it is
 * ever written, moved or removed. Null: there is none
 */
export function diskArtifacts(db: Db, root: string, base: string | null = null): ArtifactStore {
  return diskBlobs(root, (artifact) => recordArtifact(db, artifact), base);
}

/**
 * Blobs on a disk.
 *
 * A blob is written under a temporary name, fsynced, and renamed to its digest; the folder is fsynced after that. So a
 * name that exists has whole bytes, a crash leaves at most a temporary file, and two writers of the same bytes agree.
 * Files are copied in, never linked: a hard link kept outside could change what a name stands for.
 *
 * @param record what is done with each blob once it is on disk, before its digest is handed out
 * @param base a root to be read only, for blobs that are not below `root`
 */
export function diskBlobs(
  root: string,
  record: (artifact: NewArtifact) => Promise<void>,
  base: string | null = null,
): ArtifactStore {
  /** What each file looked like when its digest was last verified in this process, by its path. */
  const verified = new Map<string, string>();

  async function take(kind: ArtifactKind, write: (temporary: string) => Promise<void>): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const { digest, final } = await takeOnce(kind, write);
      try {
        verified.set(final, await look(final));
        return digest;
      } catch (error) {
        // The same bytes lay there and were removed between the rename and the record. From the record on nothing removes them.
        if (attempt === ATTEMPTS || !isMissing(error)) throw error;
      }
    }
  }

  async function takeOnce(
    kind: ArtifactKind,
    write: (temporary: string) => Promise<void>,
  ): Promise<{ digest: string; final: string }> {
    const folder = join(root, 'temporary');
    await mkdir(folder, { recursive: true });
    const temporary = join(folder, randomBytes(12).toString('hex'));
    try {
      await write(temporary);
      await chmod(temporary, 0o440);
      const bytes = await sync(temporary);
      const digest = await digestOf(temporary);
      const final = blobPath(root, digest);
      await makeFolder(root, dirname(final));
      await rename(temporary, final);
      await sync(dirname(final));
      await record({ digest, kind, bytes });
      return { digest, final };
    } catch (error) {
      throw fullDisk(error, `an artifact in ${root}`) ?? error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async function pathOf(digest: string): Promise<string> {
    if (!DIGEST.test(digest)) throw perennialError('PER_RUN_002', `'${digest}' is not the name of an artifact.`);
    const { path, seen } = await find(digest, root, base);
    if (verified.get(path) === seen) return path;
    const actual = await digestOf(path);
    if (actual !== digest) {
      throw perennialError('PER_RUN_003', `Artifact ${digest} at ${path} has the digest ${actual}.`);
    }
    verified.set(path, seen);
    return path;
  }

  return {
    putFile: (path, kind) => take(kind, (temporary) => copyFile(path, temporary, constants.COPYFILE_FICLONE)),
    putBytes: (bytes, kind) => take(kind, (temporary) => writeNew(temporary, bytes)),
    pathOf,
    read: async (digest) => readFile(await pathOf(digest)),
  };
}

/** Where a blob lies and what its file looks like: its own store first, then the one that is only read. */
async function find(digest: string, root: string, base: string | null): Promise<{ path: string; seen: string }> {
  const own = blobPath(root, digest);
  try {
    return { path: own, seen: await look(own) };
  } catch (cause) {
    if (base === null) throw perennialError('PER_RUN_002', `Artifact ${digest} is not in ${root}.`, { cause });
    const below = blobPath(base, digest);
    const seen = await look(below).catch(() => {
      throw perennialError('PER_RUN_195', `Artifact ${digest} is neither in ${root} nor in ${base}.`, { cause });
    });
    return { path: below, seen };
  }
}

/** Size, inode and time of change: equal looks mean that nobody wrote to the file since. */
async function look(path: string): Promise<string> {
  const found = await stat(path, { bigint: true });
  return `${found.size}:${found.ino}:${found.mtimeNs}:${found.ctimeNs}`;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

/** Forces a file or a folder to disk. Returns its size in bytes. */
async function sync(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** A new folder is only lasting once its parent is on disk too. */
async function makeFolder(root: string, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  await sync(dirname(folder));
  await sync(root);
}
