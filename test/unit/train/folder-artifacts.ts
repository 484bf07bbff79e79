import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactStore, Json, StepContext } from '../../../core';

/** A context with an artifact store in a folder of its own: blobs by digest, without the records of a database. */
export interface FolderContext extends StepContext {
  readonly folder: string;
  readonly reported: Json[];
  drop(): Promise<void>;
}

/** Makes a context for calling a step's code by itself. */
export async function folderContext(): Promise<FolderContext> {
  const folder = await mkdtemp(join(tmpdir(), 'step-'));
  const pathOf = (digest: string) => join(folder, digest);
  const putBytes = async (bytes: Uint8Array) => {
    const digest = createHash('sha256').update(bytes).digest('hex');
    await writeFile(pathOf(digest), bytes);
    return digest;
  };
  const artifacts: ArtifactStore = {
    putBytes,
    putFile: async (path) => putBytes(await readFile(path)),
    pathOf: async (digest) => pathOf(digest),
    read: (digest) => readFile(pathOf(digest)),
  };
  const reported: Json[] = [];
  const quiet = () => undefined;
  return {
    folder,
    reported,
    artifacts,
    run: 'run',
    address: 'train',
    fence: 1,
    key: 'run/train',
    device: null,
    signal: new AbortController().signal,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    progress: (value) => reported.push(value),
    resources: {},
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}
