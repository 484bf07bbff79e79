// Danger: a process that is killed while it writes leaves half a file under a whole file's name.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

jest.setTimeout(60_000);

const KILLS = 12;

/** Kills a writer a little later each time. Returns how many files are visible, and how many of them are torn. */
async function killWriters(how: 'in-place' | 'renamed'): Promise<{ visible: number; torn: number }> {
  const root = await mkdtemp(join(tmpdir(), 'perennial-torn-'));
  try {
    for (let kill = 0; kill < KILLS; kill++) await killOne(root, how, 20 + 17 * kill);
    const files = await filesBelow(join(root, 'sha256'));
    const whole = await Promise.all(files.map(isWhole));
    return { visible: files.length, torn: whole.filter((ok) => !ok).length };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function killOne(root: string, how: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [join(__dirname, 'artifact-writer.cjs'), root, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs));
  return new Promise((resolve) => child.once('close', () => resolve()));
}

async function filesBelow(folder: string): Promise<string[]> {
  const folders = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    folders.map(async (name) => (await readdir(join(folder, name))).map((file) => join(folder, name, file))),
  );
  return files.flat();
}

async function isWhole(path: string): Promise<boolean> {
  const named = path.split('/').slice(-2).join('');
  return (
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex') === named
  );
}

test('after kills in the middle of writing, every file that is visible is whole', async () => {
  const { visible, torn } = await killWriters('renamed');
  expect(visible).toBeGreaterThan(0);
  expect(torn).toBe(0);
});

test('control: writing in place leaves torn files', async () => {
  expect((await killWriters('in-place')).torn).toBeGreaterThan(0);
});
