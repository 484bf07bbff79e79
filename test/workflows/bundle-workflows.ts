import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(__dirname, '../..');

/** Bundles workflows as a worker would, from a path, absolute or below the repository. Rejects with the bundler's message. */
export async function bundleWorkflows(path: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-bundle-'));
  try {
    const out = join(folder, 'bundle.js');
    await promisify(execFile)(process.execPath, [join(__dirname, 'bundle-child.js'), resolve(root, path), out], {
      cwd: root,
    });
    return await readFile(out, 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}
