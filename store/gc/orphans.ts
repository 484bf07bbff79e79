import { access, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoolClient } from 'pg';
import { perennialError } from '../../core/errors';
import { blobPath } from '../artifacts/blob-path';
import { findRecorded, removeIn } from '../artifacts/remove-unrecorded';

/** Files of the store's folder that no record names. */
export interface Orphans {
  readonly files: number;
  readonly bytes: number;
}

const BATCH = 100;
/** So few prove nothing. */
const FEW = 10;

/**
 * Counts the files that no record names and that were last written before a time, ms: of writers that were killed.
 *
 * @throws PER_DATA_074 when they are more than those that have a record: then it is another stack's folder
 */
export async function countOrphans(client: PoolClient, root: string, before: number): Promise<Orphans> {
  const total = { files: 0, bytes: 0 };
  let recorded = 0;
  for await (const batch of batches(root)) {
    const known = await findRecorded(client, batch);
    recorded += known.size;
    for (const digest of batch) {
      if (known.has(digest)) continue;
      const found = await stat(blobPath(root, digest)).catch(() => null);
      if (found === null || found.mtimeMs >= before) continue;
      total.files += 1;
      total.bytes += found.size;
    }
  }
  if (total.files > FEW && total.files > recorded) {
    throw perennialError(
      'PER_DATA_074',
      `${root} has ${total.files} files that the records do not name, and ${recorded} that they do.`,
    );
  }
  return total;
}

/** Removes those that {@link countOrphans} counts. */
export async function removeOrphans(client: PoolClient, root: string, before: number): Promise<number> {
  let removed = 0;
  for await (const batch of batches(root)) {
    const known = await findRecorded(client, batch);
    const old: string[] = [];
    for (const digest of batch) {
      if (known.has(digest)) continue;
      const found = await stat(blobPath(root, digest)).catch(() => null);
      if (found !== null && found.mtimeMs < before) old.push(digest);
    }
    if (old.length === 0) continue;
    await client.query('BEGIN');
    try {
      removed += (await removeIn(client, root, old, before)).length;
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
  return removed;
}

/**
 * What writers that were killed have left under temporary names, last written before a time, ms. A blob that an engine of before had moved
 * aside goes back where it was if it is missing there.
 */
export async function temporaryFiles(
  client: PoolClient,
  root: string,
  before: number,
  remove: boolean,
): Promise<Orphans> {
  const folder = join(root, 'temporary');
  const total = { files: 0, bytes: 0 };
  for (const name of await readdir(folder).catch(() => [])) {
    const aside = /^removed-([0-9a-f]{64})$/.exec(name)?.[1] ?? null;
    if (aside === null && !/^[0-9a-f]{24}$/.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found === null || found.mtimeMs >= before) continue;
    if (aside !== null && (await isMissed(client, root, aside))) {
      if (remove) await rename(path, blobPath(root, aside));
      continue;
    }
    total.files += 1;
    total.bytes += found.size;
    if (remove) await rm(path, { force: true });
  }
  return total;
}

async function isMissed(client: PoolClient, root: string, digest: string): Promise<boolean> {
  if ((await findRecorded(client, [digest])).size === 0) return false;
  return access(blobPath(root, digest)).then(
    () => false,
    () => true,
  );
}

/** The digests of the store's files, folder by folder. */
async function* batches(root: string): AsyncGenerator<string[]> {
  const base = join(root, 'sha256');
  for (const folder of (await readdir(base).catch(() => [])).sort()) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    const names = (await readdir(join(base, folder))).filter((name) => /^[0-9a-f]{62}$/.test(name)).sort();
    for (let at = 0; at < names.length; at += BATCH) {
      yield names.slice(at, at + BATCH).map((name) => `${folder}${name}`);
    }
  }
}
