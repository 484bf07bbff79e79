import { createHash, randomBytes } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { execFileSync } from 'node:child_process';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { packageRoot } from '../package-root';
import { binariesForUser, copyBinaries, packagedPostgres } from './postgres-binaries';
import { readJson, writePrivate } from './stack-file';

/** An account that Postgres runs under. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Where a stack's Postgres lives. */
export interface PostgresHome {
  /** Holds `data/`; as root also the binaries, since the account cannot enter root's own folders. */
  readonly folder: string;
  readonly data: string;
  /** Folder of `bin/initdb` and `bin/postgres`. */
  readonly binaries: string;
  /** Null: Postgres runs as the user who started the stack. */
  readonly as: Account | null;
}

const Recorded = z.object({ folder: z.string() });

/**
 * Prepares the place of a state folder's Postgres. An ordinary user's lies in the state folder. Postgres refuses root: for
 * root it runs under an unprivileged account that exists already, in a 0700 folder of that account below the system's
 * temporary folder, whose name is a digest of checkout and state folder and is recorded in the state folder.
 *
 * @throws PER_STACK_015 when root finds no such account or no folder where it may run programs.
 */
export function preparePostgresHome(state: string): PostgresHome {
  if (process.getuid?.() !== 0) {
    const folder = join(state, 'postgres');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { folder, data: join(folder, 'data'), binaries: binariesForUser(state), as: null };
  }
  const account = unprivilegedAccount();
  const refused: string[] = [];
  for (const folder of candidates(state)) {
    if (!isOwn(folder, account)) {
      refused.push(`${folder} belongs to someone else`);
      continue;
    }
    const binaries = copyBinaries(packagedPostgres(), join(folder, 'postgres'));
    const why = runs(join(binaries, 'bin', 'postgres'), account, folder);
    if (why === null) {
      writePrivate(join(state, 'postgres.json'), { folder, uid: account.uid });
      return { folder, data: join(folder, 'data'), binaries, as: account };
    }
    rmSync(folder, { recursive: true, force: true });
    refused.push(`${folder}: ${why}`);
  }
  throw perennialError('PER_STACK_015', `No folder could be prepared (${refused.join('; ')}).`);
}

/** Where a state folder's Postgres lives when that is outside of it; null when it lies inside or was never made. */
export function recordedHome(state: string): string | null {
  const recorded = Recorded.safeParse(readJson(join(state, 'postgres.json')));
  return recorded.success && basename(recorded.data.folder).startsWith('perennial-') ? recorded.data.folder : null;
}

/** The folders to try: the recorded one, the digest's name in each temporary folder, and one that no one can have foreseen. */
function candidates(state: string): string[] {
  const recorded = recordedHome(state);
  const digest = createHash('sha256')
    .update(`${packageRoot()}\n${resolve(state)}`)
    .digest('hex')
    .slice(0, 16);
  const name = `perennial-${digest}`;
  const unforeseen = `${name}-${randomBytes(4).toString('hex')}`;
  return [
    ...(recorded === null ? [] : [recorded]),
    join(tmpdir(), name),
    join('/var/tmp', name),
    join(tmpdir(), unforeseen),
  ];
}

/** Makes the folder, or accepts one that is there when it is a plain folder of that account which no one else may enter. */
function isOwn(folder: string, account: Account): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, account.uid, account.gid);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return false;
  }
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === account.uid && (found.mode & 0o077) === 0;
}

/** Null when the account can run the program, else why not (a folder mounted without leave to run programs). */
function runs(program: string, account: Account, cwd: string): string | null {
  try {
    execFileSync(program, ['--version'], { ...account, cwd, timeout: 20_000, stdio: ['ignore', 'ignore', 'pipe'] });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/** Postgres asks the system for the name of its account, so it must be one that /etc/passwd knows. */
function unprivilegedAccount(): Account {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['nobody', 'postgres', 'daemon']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
    if (uid > 0 && gid >= 0) return { uid, gid };
  }
  throw perennialError('PER_STACK_015', 'None of the accounts nobody, postgres and daemon is in /etc/passwd.');
}
