import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { z } from 'zod';
import { packageRoot } from '../workers/package-root';

/** The Python of a venv that has the peers (bench/requirements.txt); null, and a line of how to make one, where there is none. */
export async function pythonOfPeers(note: (text: string) => void): Promise<string | null> {
  const python =
    process.env['PERENNIAL_BENCH_PYTHON'] ?? join(packageRoot(), '.perennial', 'peers', 'python', 'bin', 'python');
  if (await exists(python)) return python;
  note(
    [
      `Without peers, for there is no ${python}. To have them (Python 3.11):`,
      '  python3.11 -m venv .perennial/peers/python',
      '  .perennial/peers/python/bin/pip install -r bench/requirements.txt',
      'or name the Python of a venv that has them: PERENNIAL_BENCH_PYTHON.',
    ].join('\n'),
  );
  return null;
}

/** Runs a measurement in a process of its own, which prints its outcome as JSON in its last line. */
export async function measured<T>(outcome: z.ZodType<T>, program: string, args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 2 ** 20 });
  return outcome.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** Whether there is a file or folder. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
