import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactStore } from '../core';
import { perennialError } from '../core/errors';

/** Blobs in memory; those that are asked for by path are also written to a folder, which goes when the process ends. */
export function memoryArtifacts(): ArtifactStore {
  const blobs = new Map<string, Buffer>();
  let folder: string | null = null;

  const putBytes = (bytes: Uint8Array): string => {
    const digest = createHash('sha256').update(bytes).digest('hex');
    blobs.set(digest, Buffer.from(bytes));
    return digest;
  };
  const read = (digest: string): Buffer => {
    const blob = blobs.get(digest);
    if (blob) return blob;
    throw perennialError('PER_RUN_002', `The artifact ${digest} is not among those of this run.`);
  };
  return {
    putBytes: (bytes) => Promise.resolve(putBytes(bytes)),
    putFile: async (path) => putBytes(await readFile(path)),
    read: (digest) => Promise.resolve().then(() => Buffer.from(read(digest))),
    async pathOf(digest) {
      const blob = read(digest);
      folder ??= passingFolder();
      const path = join(folder, digest);
      await writeFile(path, blob);
      return path;
    },
  };
}

function passingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-local-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
