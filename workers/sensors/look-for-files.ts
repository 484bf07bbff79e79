import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { FilesSensor } from '../../core';
import { perennialError } from '../../core/errors';
import { firstOf } from '../../core/errors/sentence';
import { isKeepable } from '../../core/plan/storable';
import { isPassing, nameFits, type SeenFile } from '../../core/sensors/sensor';
import type { KnownFile } from '../../store/sensors/files';

/** Files that one look hands on at most. */
const MOST = 500;
/** ms after which a look begins to read no other file: what it holds is committed first. */
const READING = 5_000;
/** Asked about at once. */
const AT_ONCE = 64;
/** How far ahead the clock of a disk may be, ms. */
const SKEW = 60_000;

/** ms after which a file that could not be read is tried again, though it has not changed: a disk may be well again. */
const AGAIN = 600_000;

/** Files that could not be read, by path, as they were then, and until when they are left out: ms, by a clock that never jumps. */
export type PassedOver = Map<string, { readonly stamp: string; readonly why: string; readonly until: number }>;

/** What a look at a folder found. */
export interface FilesLook {
  /** Those that hold something new, oldest first. */
  readonly seen: readonly SeenFile[];
  /** Each that was read, as it is now. */
  readonly read: readonly KnownFile[];
  /** The paths of all that are there and fit, those that have not settled too. */
  readonly there: readonly string[];
  /** What could not be taken, for people. */
  readonly trouble: string | null;
  /** There is more than one look takes. */
  readonly more: boolean;
}

/**
 * Looks for files that hold something else than when they were seen last. A file has settled when its inode has not changed for
 * a while by the clock of its disk: that time moves with each write and with each setting of another, and nobody can set it.
 *
 * @param options.folder that of the project
 * @param options.known what the records know of some paths
 * @param options.now ms since 1970
 * @param options.passedOver is kept from look to look: a file that cannot be read is passed over until it changes, or for ten minutes
 * @param options.most files that are handed on at most; with more it is looked again at once
 * @throws PER_RUN_185 when the folder cannot be read
 */
export async function lookForFiles(
  sensor: Pick<FilesSensor, 'in' | 'match' | 'settled'>,
  options: {
    readonly folder: string;
    readonly known: (paths: readonly string[]) => Promise<ReadonlyMap<string, KnownFile>>;
    readonly now: number;
    readonly passedOver?: PassedOver;
    readonly most?: number;
  },
): Promise<FilesLook> {
  const root = resolve(options.folder, sensor.in);
  const { found, there, trouble } = await findFiles(root, sensor, options.now);
  const known = await options.known(found.map(({ path }) => path));
  const { passedOver = new Map() } = options;
  const changed = found.filter(
    (file) => known.get(file.path)?.stamp !== file.stamp && !isPassedOver(file, passedOver, trouble),
  );
  const until = performance.now() + READING;
  const seen: SeenFile[] = [];
  const read: KnownFile[] = [];
  let taken = 0;
  for (const file of changed.sort(byAge)) {
    // Never before one was read: else those that cannot be would be in the way of the others for ever.
    if (seen.length >= (options.most ?? MOST) || (read.length > 0 && performance.now() > until)) break;
    taken += 1;
    const digest = await digestOf(file).catch((error: unknown) => unread(file, error, { passedOver, trouble }));
    // Written or taken away meanwhile: the next look finds it, or finds it gone.
    if (digest === null) continue;
    read.push({ path: file.path, stamp: file.stamp, digest });
    if (known.get(file.path)?.digest !== digest) seen.push(toSeen(file, digest));
  }
  return {
    seen,
    read,
    there,
    trouble: trouble.length === 0 ? null : firstOf(trouble, 5).join(' '),
    more: taken < changed.length,
  };
}

interface Found {
  readonly path: string;
  readonly name: string;
  /** What is opened: of a link, what it leads to. */
  readonly target: string;
  readonly stats: BigIntStats;
  readonly stamp: string;
}

/** The settled files of a folder that fit, and what is wrong with others. */
async function findFiles(
  root: string,
  { match, settled }: Pick<FilesSensor, 'match' | 'settled'>,
  now: number,
): Promise<{ readonly found: Found[]; readonly there: string[]; readonly trouble: string[] }> {
  const { real, names } = await list(root);
  const trouble: string[] = [];
  const found: Found[] = [];
  const there: string[] = [];
  const fitting = names.filter((name) => !isPassing(name) && nameFits(match, name));
  for (let i = 0; i < fitting.length; i += AT_ONCE) {
    const some = fitting.slice(i, i + AT_ONCE).map((name) => findFile({ root, real, name }, trouble));
    for (const file of await Promise.all(some)) {
      if (file === null) continue;
      there.push(file.path);
      const age = now - Number(file.stats.ctimeNs / 1_000_000n);
      if (age >= settled) found.push(file);
      else if (age < -SKEW) trouble.push(`${file.name} was written in the future, by the clock of its disk: it waits.`);
    }
  }
  return { found, there, trouble };
}

async function list(root: string): Promise<{ readonly real: string; readonly names: string[] }> {
  try {
    return { real: await realpath(root), names: await readdir(root) };
  } catch (cause) {
    throw perennialError('PER_RUN_185', `${root} cannot be read (${codeIn(cause) ?? 'unknown'}).`, { cause });
  }
}

async function findFile(
  { root, real, name }: { readonly root: string; readonly real: string; readonly name: string },
  trouble: string[],
): Promise<Found | null> {
  const path = join(root, name);
  if (!isKeepable(name) || name.includes('\uFFFD')) {
    trouble.push(`A file has a name that is no text (${JSON.stringify(name)}): rename it.`);
    return null;
  }
  try {
    const own = await lstat(path, { bigint: true });
    const target = own.isSymbolicLink() ? await realpath(path) : path;
    if (own.isSymbolicLink() && !target.startsWith(real + sep)) {
      trouble.push(perennialError('PER_RUN_186', `${name} leads to ${target}.`).message);
      return null;
    }
    const stats = own.isSymbolicLink() ? await stat(target, { bigint: true }) : own;
    return stats.isFile() ? { path, name, target, stats, stamp: stampOf(stats) } : null;
  } catch (error) {
    // Gone since the folder was read, or a link to nothing.
    if (codeIn(error) === 'ENOENT' && !(await isThere(path))) return null;
    trouble.push(`${name} cannot be looked at: ${String(error)}.`);
    return null;
  }
}

/** Of an error of the file system, its code. */
function codeIn(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return [size, mtimeNs, ctimeNs, ino].join(':');
}

/** The digest of a file's bytes; null: it was not the same file all the while. */
async function digestOf({ target, stamp }: Found): Promise<string | null> {
  // Not a link that was put there after the look.
  const file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1 << 18 })) {
      hash.update(chunk as Buffer);
    }
    return stampOf(await file.stat({ bigint: true })) === stamp ? hash.digest('hex') : null;
  } finally {
    await file.close();
  }
}

interface Troubles {
  readonly passedOver: PassedOver;
  readonly trouble: string[];
}

function unread({ path, name, stamp }: Found, error: unknown, { passedOver, trouble }: Troubles): null {
  if (codeIn(error) === 'ENOENT') return null;
  const why = perennialError('PER_RUN_197', `${name} cannot be read: ${String(error)}.`).message;
  passedOver.set(path, { stamp, why, until: performance.now() + AGAIN });
  trouble.push(why);
  return null;
}

/** Whether a file is left out now, which is told each time; one that has changed, or waited, is not. */
function isPassedOver({ path, stamp }: Found, passedOver: PassedOver, trouble: string[]): boolean {
  const before = passedOver.get(path);
  if (before === undefined) return false;
  if (before.stamp === stamp && performance.now() < before.until) {
    trouble.push(before.why);
    return true;
  }
  passedOver.delete(path);
  return false;
}

function byAge(a: Found, b: Found): number {
  if (a.stats.mtimeNs !== b.stats.mtimeNs) return a.stats.mtimeNs < b.stats.mtimeNs ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

function toSeen({ path, name, stats }: Found, digest: string): SeenFile {
  return { path, name, size: Number(stats.size), modified: new Date(Number(stats.mtimeMs)).toISOString(), digest };
}
